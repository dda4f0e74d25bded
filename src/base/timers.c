/* See timers.h: a wheel for the far, a pairing heap for the near. */
#include "base/timers.h"

#include "base/check.h"

enum { TICK_BITS = 20, LEVEL_BITS = 6, SLOT_MASK = HORO__WHEEL_SLOTS - 1 };

_Static_assert(TICK_BITS + HORO__WHEEL_LEVELS * LEVEL_BITS >= 64,
               "the wheel spans all of time");
_Static_assert(1 << LEVEL_BITS == HORO__WHEEL_SLOTS,
               "one bitmap word for each level");

/* Moments before zero are as due as zero is. */
static uint64_t tick_of(int64_t moment_ns)
{
    return moment_ns < 0 ? 0 : (uint64_t)moment_ns >> TICK_BITS;
}

/* --- the near: a pairing heap; link_a first child, link_b next sibling,
 * link_c parent of a first child, else elder sibling --- */

static bool is_before(const struct horo__timer *one,
                      const struct horo__timer *other)
{
    if (one->deadline_ns != other->deadline_ns) {
        return one->deadline_ns < other->deadline_ns;
    }
    return one->order < other->order;
}

/* Joins two heaps, neither NULL; the later root becomes the first child. */
static struct horo__timer *heap_meld(struct horo__timer *one,
                                     struct horo__timer *other)
{
    if (is_before(other, one)) {
        struct horo__timer *swap = one;
        one = other;
        other = swap;
    }
    other->link_b = one->link_a;
    if (other->link_b) {
        other->link_b->link_c = other;
    }
    other->link_c = one;
    one->link_a = other;
    return one;
}

/* Joins a list of siblings to one heap, pairwise, then from the back. */
static struct horo__timer *heap_meld_siblings(struct horo__timer *first)
{
    struct horo__timer *pairs = NULL;
    struct horo__timer *root;

    while (first) {
        struct horo__timer *second = first->link_b;
        struct horo__timer *rest = second ? second->link_b : NULL;
        struct horo__timer *pair;

        first->link_b = NULL;
        if (second) {
            second->link_b = NULL;
            pair = heap_meld(first, second);
        } else {
            pair = first;
        }
        pair->link_b = pairs;
        pairs = pair;
        first = rest;
    }
    root = pairs;
    if (root) {
        pairs = root->link_b;
        root->link_b = NULL;
    }
    while (pairs) {
        struct horo__timer *next = pairs->link_b;

        pairs->link_b = NULL;
        root = heap_meld(root, pairs);
        pairs = next;
    }
    if (root) {
        root->link_c = NULL;
    }
    return root;
}

static void heap_insert(struct horo__timers *timers, struct horo__timer *timer)
{
    timer->state = HORO__TIMER_IN_HEAP;
    timer->link_a = NULL;
    timer->link_b = NULL;
    timer->link_c = NULL;
    timers->near = timers->near ? heap_meld(timers->near, timer) : timer;
}

static void heap_remove(struct horo__timers *timers, struct horo__timer *timer)
{
    struct horo__timer *below = heap_meld_siblings(timer->link_a);

    if (timer == timers->near) {
        timers->near = below;
        return;
    }
    if (timer->link_c->link_a == timer) {
        timer->link_c->link_a = timer->link_b;
    } else {
        timer->link_c->link_b = timer->link_b;
    }
    if (timer->link_b) {
        timer->link_b->link_c = timer->link_c;
    }
    if (below) {
        timers->near = heap_meld(timers->near, below);
    }
}

/* --- the far: the wheel; link_a next, link_b previous in the slot --- */

static void slot_insert(struct horo__timers *timers, struct horo__timer *timer,
                        unsigned level, unsigned slot)
{
    struct horo__timer **head = &timers->slots[level][slot];

    timer->state = HORO__TIMER_IN_WHEEL;
    timer->level = (unsigned char)level;
    timer->slot = (unsigned char)slot;
    timer->link_a = *head;
    timer->link_b = NULL;
    if (*head) {
        (*head)->link_b = timer;
    }
    *head = timer;
    timers->occupied[level] |= UINT64_C(1) << slot;
}

static void wheel_insert(struct horo__timers *timers, struct horo__timer *timer,
                         uint64_t tick)
{
    unsigned highest = 63 - (unsigned)__builtin_clzll(tick ^ timers->tick);
    unsigned level = highest / LEVEL_BITS;

    slot_insert(timers, timer, level,
                (unsigned)(tick >> (level * LEVEL_BITS)) & SLOT_MASK);
}

static void wheel_remove(struct horo__timers *timers, struct horo__timer *timer)
{
    if (timer->link_a) {
        timer->link_a->link_b = timer->link_b;
    }
    if (timer->link_b) {
        timer->link_b->link_a = timer->link_a;
        return;
    }
    timers->slots[timer->level][timer->slot] = timer->link_a;
    if (!timer->link_a) {
        timers->occupied[timer->level] &= ~(UINT64_C(1) << timer->slot);
    }
}

/* Finds the first occupied slot after where the wheel stands. All slots of a
 * level come before those of the next, so the lowest level decides. */
static bool wheel_next(const struct horo__timers *timers, unsigned *ret_level,
                       uint64_t *ret_tick)
{
    for (unsigned level = 0; level < HORO__WHEEL_LEVELS; level++) {
        if (timers->occupied[level]) {
            unsigned shift = level * LEVEL_BITS;
            uint64_t slot = (uint64_t)__builtin_ctzll(timers->occupied[level]);
            uint64_t round = shift + LEVEL_BITS >= 64
                                 ? 0
                                 : timers->tick >> (shift + LEVEL_BITS)
                                                       << (shift + LEVEL_BITS);

            *ret_level = level;
            *ret_tick = round | slot << shift;
            return true;
        }
    }
    return false;
}

static void place(struct horo__timers *timers, struct horo__timer *timer)
{
    uint64_t tick = tick_of(timer->deadline_ns);

    if (tick <= timers->tick) {
        heap_insert(timers, timer);
    } else {
        wheel_insert(timers, timer, tick);
    }
}

/* Empties a slot: what is in it goes to lower levels or to the heap. */
static void slot_release(struct horo__timers *timers, unsigned level,
                         unsigned slot)
{
    struct horo__timer *timer = timers->slots[level][slot];

    timers->slots[level][slot] = NULL;
    timers->occupied[level] &= ~(UINT64_C(1) << slot);
    while (timer) {
        struct horo__timer *next = timer->link_a;

        place(timers, timer);
        timer = next;
    }
}

/* Moves the wheel to an occupied slot. */
static void wheel_advance(struct horo__timers *timers, unsigned level,
                          uint64_t tick)
{
    timers->tick = tick;
    slot_release(timers, level,
                 (unsigned)(tick >> (level * LEVEL_BITS)) & SLOT_MASK);
}

/* --- both --- */

void horo__timers_init(struct horo__timers *timers, int64_t now_ns)
{
    *timers = (struct horo__timers){ .tick = tick_of(now_ns) };
}

void horo__timer_arm(struct horo__timers *timers, struct horo__timer *timer,
                     int64_t deadline_ns)
{
    horo__check(timer->state == HORO__TIMER_IDLE);
    timer->deadline_ns = deadline_ns;
    timer->order = timers->order++;
    timers->armed++;
    place(timers, timer);
}

void horo__timer_disarm(struct horo__timers *timers, struct horo__timer *timer)
{
    switch ((enum horo__timer_state)timer->state) {
    case HORO__TIMER_IDLE:
        return;
    case HORO__TIMER_IN_WHEEL:
        wheel_remove(timers, timer);
        break;
    case HORO__TIMER_IN_HEAP:
        heap_remove(timers, timer);
        break;
    }
    timer->state = HORO__TIMER_IDLE;
    timers->armed--;
}

void horo__timers_expire(struct horo__timers *timers, int64_t now_ns)
{
    uint64_t now_tick = tick_of(now_ns);
    uint64_t armed_before = timers->order;
    unsigned level;
    uint64_t tick;

    while (timers->tick < now_tick) {
        if (!wheel_next(timers, &level, &tick) || tick > now_tick) {
            timers->tick = now_tick;
        } else {
            wheel_advance(timers, level, tick);
        }
    }
    while (timers->near && timers->near->deadline_ns <= now_ns) {
        struct horo__timer *timer = timers->near;

        if (timer->order >= armed_before) {
            heap_remove(timers, timer);
            slot_insert(timers, timer, HORO__WHEEL_LEVELS, 0);
        } else {
            horo__timer_disarm(timers, timer);
            timer->fire(timer);
        }
    }
    slot_release(timers, HORO__WHEEL_LEVELS, 0);
}

int64_t horo__timers_next(struct horo__timers *timers)
{
    unsigned level;
    uint64_t tick;

    if (!timers->near && wheel_next(timers, &level, &tick)) {
        if (level > 0) {
            return (int64_t)(tick << TICK_BITS);
        }
        /* Only the next 63 slots: standing ahead of time by so little sends
         * few newcomers to the heap, and gives the exact moment. */
        wheel_advance(timers, level, tick);
    }
    return timers->near ? timers->near->deadline_ns : INT64_MAX;
}
