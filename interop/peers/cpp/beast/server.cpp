// Echo over Boost.Beast with permessage-deflate, a thread a connection.
// Usage: beast-server [PORT]

#include <cstdlib>
#include <iostream>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/version.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/version.hpp>

namespace net = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = net::ip::tcp;

namespace {

const std::size_t max_message = 64 * 1024 * 1024;

void echo(tcp::socket socket) {
    beast::error_code error;
    socket.set_option(tcp::no_delay(true), error);
    websocket::stream<tcp::socket> stream{std::move(socket)};
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    stream.set_option(deflate);
    stream.read_message_max(max_message);

    stream.accept(error);
    while (!error) {
        beast::flat_buffer message;
        stream.read(message, error);  // answers pings and Closes, and fails the connection
        if (error) break;
        stream.text(stream.got_text());
        stream.write(message.data(), error);
    }
}

}  // namespace

int main(int argc, char **argv) {
    const unsigned short port = argc > 1 ? std::atoi(argv[1]) : 0;
    net::io_context context;
    tcp::acceptor acceptor{context, {net::ip::address_v4::loopback(), port}};
    std::cerr << BOOST_BEAST_VERSION_STRING << ", Boost " << BOOST_LIB_VERSION << std::endl;
    std::cout << "ws://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    for (;;) {
        std::thread(echo, acceptor.accept()).detach();
    }
}
