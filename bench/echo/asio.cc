/*
 * Echo on Boost.Asio: asynchronous callbacks on one io_context that is told
 * that a single thread runs it. A session deletes itself when its peer leaves.
 */
#include <array>
#include <boost/asio.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

using boost::asio::ip::tcp;
using boost::system::error_code;

class session : public std::enable_shared_from_this<session>
{
  public:
    explicit session(tcp::socket socket) : socket_(std::move(socket)) {}

    void read()
    {
        socket_.async_read_some(
            boost::asio::buffer(buffer_),
            [self = shared_from_this()](error_code error, std::size_t length) {
                if (!error) {
                    self->write(length);
                }
            });
    }

  private:
    void write(std::size_t length)
    {
        boost::asio::async_write(
            socket_, boost::asio::buffer(buffer_, length),
            [self = shared_from_this()](error_code error, std::size_t) {
                if (!error) {
                    self->read();
                }
            });
    }

    tcp::socket socket_;
    std::array<char, 64 * 1024> buffer_;
};

static void accept(tcp::acceptor &acceptor)
{
    acceptor.async_accept([&acceptor](error_code error, tcp::socket socket) {
        if (!error) {
            socket.set_option(tcp::no_delay(true));
            std::make_shared<session>(std::move(socket))->read();
        }
        accept(acceptor);
    });
}

int main(int argc, char **argv)
try {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 2;
    }
    boost::asio::io_context context(1);
    auto port = static_cast<unsigned short>(std::atoi(argv[1]));
    tcp::acceptor acceptor(
        context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    std::printf("PORT %u\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    accept(acceptor);
    context.run();
} catch (const std::exception &error) {
    std::fprintf(stderr, "asio: %s\n", error.what());
    return 1;
}
