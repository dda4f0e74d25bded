/* Task-local values: what all the code inside a scope can look up, however
 * deep, without being handed it: a request's number, a user, a log.
 *
 *     static const struct horo_local request = { .fallback = "none" };
 *
 *     struct horo_local_binding binding;
 *
 *     horo_scope_open(&scope, NULL);
 *     horo_local_bind(&binding, &request, "GET /");
 *     ...                              horo_local_get(&request) in any function
 *     horo_scope_close(&scope, rc);    or task from here on says "GET /"
 *
 * A value belongs to the scope in which it is bound: tasks born inside see it
 * too, as do theirs, until the scope is closed. Inner bindings hide outer
 * ones. Shields do not matter. Of a task begun by horo_start() the scope is the
 * caller's until it calls horo_started(), and then the one that it was started
 * in: values bound only around the caller are gone for it from then on. */
#ifndef HORO_LOCAL_H
#define HORO_LOCAL_H

#include <horo/scope.h>

HORO__BEGIN

/* What a value is looked up by: the address of one of these, usually static. */
struct horo_local {
    void *fallback; /* the value where none is bound */
};

/* Lives in the caller's memory from the binding to the closing of the scope.
 * The fields are private. */
struct horo_local_binding {
    struct horo_local_binding *next; /* in the same scope, bound before */
    const struct horo_local *key;
    void *value;
};

/* Binds `value` to `key` in the calling task's innermost scope. Both, and the
 * binding itself, must outlive the scope: so bind in the block that has opened
 * it. A binding is for one use at a time. That is checked only for the scopes
 * from the calling task's outwards, where a second use is refused; one that is
 * in use elsewhere, say in a sibling task, which a static binding easily is, is
 * taken over unnoticed, and the values of that other scope are then wrong: keep
 * bindings on the stack, beside their scope.
 *
 * Never suspends. Returns 0; -EINVAL for a binding that is in use in one of
 * those scopes, and in the body of a generator outside its own scopes, since
 * the scope is then the caller's; -HORO_ENOTASK outside a task. */
HORO__API int horo_local_bind(struct horo_local_binding *binding,
                              const struct horo_local *key, void *value);

/* The value bound in the innermost scope that has one, from the calling task's
 * outwards; key->fallback without one, and outside a task. Costs a look at
 * each scope on the way. Never suspends. */
HORO__API void *horo_local_get(const struct horo_local *key);

HORO__END

#endif
