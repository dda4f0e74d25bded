/* All tasks of a loop: who owns whom, and who awaits whom. The tree of scopes
 * holds them all; nothing is kept for the purpose. */
#include <horo/loop.h>

#include "core/core.h"

static struct horo_scope *scope_of_link(struct horo__link *link)
{
    return horo__container(link, struct horo_scope, beside);
}

/* The scope after `scope` in the tree below `top`, parents first; NULL after
 * the last. Without recursion: the tree may be deeper than any stack. */
static struct horo_scope *next_scope(struct horo_scope *scope,
                                     const struct horo_scope *top)
{
    struct horo__link *next = scope->inside.next;

    while (next == &scope->inside) {
        if (scope == top) {
            return NULL;
        }
        next = scope->beside.next;
        scope = scope->parent;
    }
    return scope_of_link(next);
}

static void describe(const struct horo_task *task,
                     struct horo_task_info *ret_info)
{
    const struct horo_task *owner = task->root.parent->task;

    *ret_info = (struct horo_task_info){
        .task = task,
        .name = task->name,
        .owner = owner == &task->loop->idle ? NULL : owner,
        .state = task->state,
    };
    if (task->state == HORO_TASK_WAITING) {
        ret_info->waits_for = task->wait->word;
        if (task->wait->awaits) {
            ret_info->awaits = task->wait->awaits(task);
        }
    }
}

size_t horo_loop_tasks(struct horo_task_info *infos, size_t max)
{
    struct horo_loop *loop = horo__loop;
    struct horo_scope *top = loop ? &loop->idle.root : NULL;
    struct horo_scope *scope = top;
    size_t count = 0;

    while (scope) {
        if (scope->is_root && scope != top) {
            if (count < max) {
                describe(scope->task, &infos[count]);
            }
            count++;
        }
        scope = next_scope(scope, top);
    }
    return count;
}
