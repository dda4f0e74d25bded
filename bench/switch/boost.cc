// There and back by Boost.Context's assembly, which Boost's own coroutines and
// many other libraries stand on.
#include <boost/context/detail/fcontext.hpp>
#include <chrono>
#include <cstdio>
#include <vector>

namespace context = boost::context::detail;

static void run(context::transfer_t back)
{
    for (;;) {
        back = context::jump_fcontext(back.fctx, nullptr);
    }
}

int main()
{
    constexpr long times = 50000000;
    std::vector<char> stack(64 << 10);
    char *top = stack.data() + stack.size();
    context::fcontext_t there = context::make_fcontext(top, stack.size(), run);
    auto began = std::chrono::steady_clock::now();

    for (long i = 0; i < times; i++) {
        there = context::jump_fcontext(there, nullptr).fctx;
    }
    std::chrono::duration<double, std::nano> took =
        std::chrono::steady_clock::now() - began;
    std::printf("{\"switch_ns\": %.2f}\n", took.count() / times / 2);
}
