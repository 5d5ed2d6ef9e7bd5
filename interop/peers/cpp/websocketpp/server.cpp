// Echo over websocketpp with permessage-deflate: zlib's level 6, no threshold.
// Usage: websocketpp-server [PORT]

#include <cstdlib>
#include <iostream>

#include <asio/ip/tcp.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/server.hpp>

#include "../close_command.hpp"

namespace {

struct Config : websocketpp::config::asio {
    typedef websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>
        permessage_deflate_type;
    static const size_t max_message_size = 64 * 1024 * 1024;
};

typedef websocketpp::server<Config> Server;

}  // namespace

int main(int argc, char **argv) {
    const unsigned short port = argc > 1 ? std::atoi(argv[1]) : 0;
    Server server;
    server.clear_access_channels(websocketpp::log::alevel::all);
    server.clear_error_channels(websocketpp::log::elevel::all);
    server.set_tcp_pre_init_handler([&](websocketpp::connection_hdl connection) {
        asio::error_code error;
        server.get_con_from_hdl(connection)->get_raw_socket().set_option(
            asio::ip::tcp::no_delay(true), error);
    });
    // Where the extension is agreed, this compresses every message, however short.
    server.set_message_handler(
        [&](websocketpp::connection_hdl connection, Server::message_ptr message) {
            websocketpp::lib::error_code error;
            const CloseCommand close = close_command(message->get_payload());
            if (close.asked && message->get_opcode() == websocketpp::frame::opcode::text) {
                const auto none = websocketpp::close::status::no_status;
                server.close(connection, close.code ? close.code : none, close.reason, error);
                return;
            }
            server.send(connection, message->get_payload(), message->get_opcode(), error);
        });

    server.init_asio();
    server.set_reuse_addr(true);
    server.listen(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port));
    server.start_accept();

    std::cerr << websocketpp::user_agent << ", zlib " << zlibVersion() << std::endl;
    websocketpp::lib::error_code error;
    std::cout << "ws://127.0.0.1:" << server.get_local_endpoint(error).port() << std::endl;
    server.run();
}
