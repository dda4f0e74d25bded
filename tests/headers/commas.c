/* The macros that name a function: their other arguments may have commas that
 * no parentheses protect, as compound literals and templates do. */
#include <horo.h>

int use_commas(horo_task_fn *fn, horo_generator_fn *body,
               struct horo_scope *scope, struct horo_loop *loop);

#if defined(__cplusplus)
template <class Result, class Other> static Result *nothing(Other)
{
    return 0;
}

int use_commas(horo_task_fn *fn, horo_generator_fn *body,
               struct horo_scope *scope, struct horo_loop *loop)
{
    struct horo_generator *generator;

    return horo_run(fn, nothing<int, char>('a'), NULL) +
           horo_loop_run(loop, fn, nothing<int, char>('a')) +
           horo_spawn(scope, fn, nothing<int, char>('a'), NULL) +
           horo_start(scope, fn, nothing<int, char>('a'), NULL, NULL) +
           horo_generator_create(body, nothing<int, char>('a'), NULL,
                                 &generator);
}
#else
struct pair {
    int one;
    int other;
};

int use_commas(horo_task_fn *fn, horo_generator_fn *body,
               struct horo_scope *scope, struct horo_loop *loop)
{
    struct horo_generator *generator;
    struct horo_spawn_options spawn = { 0 };

    return horo_run(fn, &(struct pair){ 1, 2 },
                    &(struct horo_loop_options){ .max_tasks = 1, .spin = -1 }) +
           horo_loop_run(loop, fn, &(struct pair){ 1, 2 }) +
           horo_spawn(scope, fn, &(struct pair){ 1, 2 }, &spawn) +
           horo_start(scope, fn, &(struct pair){ 1, 2 }, &spawn, NULL) +
           horo_generator_create(
               body, &(struct pair){ 1, 2 },
               &(struct horo_generator_options){ .name = "a", .stack_size = 1 },
               &generator);
}
#endif
