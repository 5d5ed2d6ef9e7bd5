// Echo over Boost.Beast with permessage-deflate, a thread a connection.
// Usage: beast-server [PORT]

#include <cstdlib>
#include <iostream>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/version.hpp>

#include "../close_command.hpp"

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = net::ip::tcp;

namespace {

const std::size_t max_message = 64 * 1024 * 1024;

// To what cannot be read as a request.
void refuse(tcp::socket &socket) {
    http::response<http::empty_body> answer{http::status::bad_request, 11};
    answer.keep_alive(false);
    answer.prepare_payload();
    beast::error_code error;
    http::write(socket, answer, error);
}

void echo(tcp::socket socket) {
    beast::error_code error;
    socket.set_option(tcp::no_delay(true), error);
    // stream.accept would do, but for requests over 1,536 octets.
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(socket, buffer, request, error);
    if (error && error != http::error::end_of_stream) refuse(socket);
    if (error) return;

    websocket::stream<tcp::socket> stream{std::move(socket)};
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    stream.set_option(deflate);
    stream.read_message_max(max_message);

    stream.accept(request, error);  // refuses what asks for something else
    while (!error) {
        beast::flat_buffer message;
        stream.read(message, error);  // answers pings and Closes, and fails the connection
        if (error) break;
        const CloseCommand close = close_command(beast::buffers_to_string(message.data()));
        if (close.asked && stream.got_text()) {
            const auto code = static_cast<websocket::close_code>(close.code);
            stream.close({code, close.reason}, error);
            break;
        }
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
