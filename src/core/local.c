/* Task-local values: a short list in each scope, looked up from the inside
 * out. Nothing is copied when a task is spawned or a scope opened. */
#include <horo/local.h>

#include "core/core.h"
#include "core/generator.h"

/* Whether the scope is that of whoever asks the generator whose body runs:
 * the body's frames may be gone before it. */
static bool is_borrowed(const struct horo_task *task)
{
    return task->generator && task->generator->scope == task->scope;
}

static bool is_bound(const struct horo_scope *scope,
                     const struct horo_local_binding *binding)
{
    for (; scope; scope = scope->parent) {
        for (const struct horo_local_binding *at = scope->bindings; at;
             at = at->next) {
            if (at == binding) {
                return true;
            }
        }
    }
    return false;
}

int horo_local_bind(struct horo_local_binding *binding,
                    const struct horo_local *key, void *value)
{
    struct horo_task *self = horo__task_self();

    if (!self) {
        return -HORO_ENOTASK;
    }
    if (is_borrowed(self) || is_bound(self->scope, binding)) {
        return -EINVAL;
    }
    *binding = (struct horo_local_binding){
        .next = self->scope->bindings,
        .key = key,
        .value = value,
    };
    self->scope->bindings = binding;
    return 0;
}

void *horo_local_get(const struct horo_local *key)
{
    const struct horo_task *self = horo__task_self();
    const struct horo_scope *scope = self ? self->scope : NULL;

    for (; scope; scope = scope->parent) {
        for (const struct horo_local_binding *at = scope->bindings; at;
             at = at->next) {
            if (at->key == key) {
                return at->value;
            }
        }
    }
    return key->fallback;
}
