/* Task-local values: seen by all that is inside the scope, and by nobody else. */
#include <errno.h>

#include "harness.h"

static const struct horo_local request = { .fallback = "none" };
static const struct horo_local user = { 0 };

static const char *get(const struct horo_local *key)
{
    const char *value = horo_local_get(key);

    return value ? value : "nobody";
}

static void without_a_binding_there_is_the_fallback(void)
{
    CHECK_TEXT(get(&request), "none");
    CHECK(horo_local_get(&user) == NULL);
}

static void outside_a_task_too(void)
{
    struct horo_local_binding binding;

    CHECK_TEXT(get(&request), "none");
    CHECK_CODE(horo_local_bind(&binding, &request, "GET /"), -HORO_ENOTASK);
}

static void a_value_ends_with_its_scope(void)
{
    struct horo_local_binding binding;
    struct horo_scope scope;

    for (int i = 0; i < 3; i++) { /* the memory may be used again */
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_TEXT(get(&request), "none");
        CHECK_CODE(horo_local_bind(&binding, &request, "GET /"), 0);
        CHECK_TEXT(get(&request), "GET /");
        CHECK(horo_local_get(&user) == NULL);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_TEXT(get(&request), "none");
    }
}

static void inner_bindings_hide_outer_ones(void)
{
    struct horo_local_binding bindings[4];
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_local_bind(&bindings[0], &request, "outer"), 0);
    CHECK_CODE(horo_local_bind(&bindings[1], &user, "ann"), 0);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK_TEXT(get(&request), "outer");
    CHECK_CODE(horo_local_bind(&bindings[2], &request, "inner"), 0);
    CHECK_TEXT(get(&request), "inner");
    CHECK_CODE(horo_local_bind(&bindings[3], &request, "again"), 0);
    CHECK_TEXT(get(&request), "again");
    CHECK_TEXT(get(&user), "ann");
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_TEXT(get(&request), "outer");
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void null_is_a_value(void)
{
    struct horo_local_binding binding;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_local_bind(&binding, &request, NULL), 0);
    CHECK_TEXT(get(&request), "nobody");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- tasks --- */

static int say_user(void *arg)
{
    (void)arg;
    note("%s", get(&user));
    (void)horo_yield();
    note("%s", get(&user));
    return 0;
}

static int with_user(void *arg)
{
    struct horo_local_binding binding;
    struct horo_scope scope;
    int rc;

    (void)horo_scope_open(&scope, NULL);
    rc = horo_local_bind(&binding, &user, arg);
    if (rc == 0) {
        rc = horo_spawn(&scope, say_user, NULL, NULL);
    }
    if (rc == 0) {
        rc = horo_yield();
    }
    note("(%s)", get(&user));
    return horo_scope_close(&scope, rc);
}

static void tasks_see_what_their_scope_has_and_not_their_neighbours(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, with_user, "ann", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, with_user, "bob", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, say_user, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("nobody ann (ann) bob (bob) nobody ann bob");
}

static int say_when_started(void *arg)
{
    note("%s", get(&user));
    CHECK_CODE(horo_started(arg), 0);
    note("%s", get(&user));
    return 0;
}

/* It is where it belongs from then on. */
static void a_started_task_sees_the_values_of_its_scope(void)
{
    struct horo_local_binding bindings[2];
    struct horo_scope target;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&target, NULL), 0);
    CHECK_CODE(horo_local_bind(&bindings[0], &user, "ann"), 0);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK_CODE(horo_local_bind(&bindings[1], &user, "bob"), 0);
    CHECK_CODE(horo_start(&target, say_when_started, NULL, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&target, 0), 0);
    CHECK_NOTES("bob ann");
}

/* A whole task's own values need no scope of its own. */
static int bind_to_task(void *arg)
{
    struct horo_local_binding binding;
    int rc = horo_local_bind(&binding, &user, arg);

    (void)horo_yield();
    note("%s", get(&user));
    return rc;
}

static void a_task_may_bind_for_itself(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, bind_to_task, "ann", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, bind_to_task, "bob", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, say_user, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("nobody ann bob nobody");
}

static void shields_do_not_hide_values(void)
{
    struct horo_local_binding binding;
    struct horo_scope outer;
    struct horo_scope shield;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_local_bind(&binding, &user, "ann"), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(
                   &shield, &(struct horo_scope_options){ .timeout = HORO_S(1),
                                                          .shield = true }),
               0);
    CHECK_TEXT(get(&user), "ann");
    CHECK_CODE(horo_scope_close(&shield, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

/* --- generators --- */

static int yield_user(void *arg)
{
    int rc = 0;

    (void)arg;
    while (rc == 0) {
        rc = horo_generator_yield((void *)(uintptr_t)get(&user), NULL);
    }
    return rc;
}

static void a_body_sees_the_values_of_whoever_asks(void)
{
    struct horo_generator *users = NULL;
    struct horo_local_binding binding;
    struct horo_scope scope;

    CHECK_CODE(horo_generator_create(yield_user, NULL, NULL, &users), 0);
    CHECK_TEXT(horo_generator_next(users), "nobody");
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_local_bind(&binding, &user, "ann"), 0);
    CHECK_TEXT(horo_generator_next(users), "ann");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_TEXT(horo_generator_next(users), "nobody");
    CHECK_CODE(horo_generator_destroy(&users), 0);
}

static int bind_in_body(void *arg)
{
    struct horo_local_binding binding;
    struct horo_scope scope;

    CHECK_CODE(horo_local_bind(&binding, &user, arg), -EINVAL);
    (void)horo_scope_open(&scope, NULL);
    CHECK_CODE(horo_local_bind(&binding, &user, arg), 0);
    note("%s", get(&user));
    return horo_scope_close(&scope, 0);
}

static void a_body_binds_in_scopes_of_its_own_only(void)
{
    struct horo_generator *g = NULL;

    CHECK_CODE(horo_generator_create(bind_in_body, "ann", NULL, &g), 0);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("ann");
    CHECK(horo_local_get(&user) == NULL);
}

/* --- misuse --- */

static void a_binding_binds_once(void)
{
    struct horo_local_binding binding;
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_local_bind(&binding, &request, "one"), 0);
    CHECK_CODE(horo_local_bind(&binding, &request, "two"), -EINVAL);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK_CODE(horo_local_bind(&binding, &user, "three"), -EINVAL);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_TEXT(get(&request), "one");
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

int main(void)
{
    RUN_IN_LOOP(without_a_binding_there_is_the_fallback);
    RUN(outside_a_task_too);
    RUN_IN_LOOP(a_value_ends_with_its_scope);
    RUN_IN_LOOP(inner_bindings_hide_outer_ones);
    RUN_IN_LOOP(null_is_a_value);
    RUN_IN_LOOP(tasks_see_what_their_scope_has_and_not_their_neighbours);
    RUN_IN_LOOP(a_started_task_sees_the_values_of_its_scope);
    RUN_IN_LOOP(a_task_may_bind_for_itself);
    RUN_IN_LOOP(shields_do_not_hide_values);
    RUN_IN_LOOP(a_body_sees_the_values_of_whoever_asks);
    RUN_IN_LOOP(a_body_binds_in_scopes_of_its_own_only);
    RUN_IN_LOOP(a_binding_binds_once);
    return tap_end();
}
