// A client over Boost.Beast, with permessage-deflate, that sends every message back and takes
// the next case until there is none. Usage: beast-client URL

#include <iostream>
#include <string>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "../close_command.hpp"

namespace net = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = net::ip::tcp;

namespace {

const std::size_t max_message = 64 * 1024 * 1024;

// Echoes until the connection ends; tells the reason of the Close.
std::string echo(net::io_context &context, const std::string &host, const std::string &port) {
    websocket::stream<tcp::socket> stream{context};
    tcp::resolver resolver{context};
    net::connect(stream.next_layer(), resolver.resolve(host, port));  // throws: nobody is there
    stream.next_layer().set_option(tcp::no_delay(true));
    websocket::permessage_deflate deflate;
    deflate.client_enable = true;
    stream.set_option(deflate);
    stream.read_message_max(max_message);

    beast::error_code error;
    stream.handshake(host + ":" + port, "/next?agent=beast", error);
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
    return {stream.reason().reason.data(), stream.reason().reason.size()};
}

}  // namespace

int main(int argc, char **argv) {
    const std::string url = argc > 1 ? argv[1] : "";
    const std::size_t host = url.find("://");
    const std::size_t port = url.rfind(':');
    if (host == std::string::npos || port <= host) {
        std::cerr << "usage: beast-client ws://HOST:PORT" << std::endl;
        return 2;
    }
    net::io_context context;
    while (echo(context, url.substr(host + 3, port - host - 3), url.substr(port + 1)) !=
           "no more cases") {
    }
}
