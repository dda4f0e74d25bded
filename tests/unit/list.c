/* Intrusive lists. */
#include "base/list.h"

#include "harness.h"

struct item {
    int name;
    struct horo__link link;
};

static struct item items[5];
static struct horo__link list;

static void fill(int count)
{
    horo__list_init(&list);
    for (int i = 0; i < count; i++) {
        items[i].name = i;
        horo__list_append(&list, &items[i].link);
    }
}

/* Both ways round, so that a broken back link is seen. */
static void note_all(void)
{
    struct horo__link *link;

    for (link = list.next; link != &list; link = link->next) {
        note("%d", horo__container(link, struct item, link)->name);
    }
    note("|");
    for (link = list.prev; link != &list; link = link->prev) {
        note("%d", horo__container(link, struct item, link)->name);
    }
}

static void a_fresh_list_is_empty(void)
{
    fill(0);
    CHECK(horo__list_is_empty(&list));
    CHECK(horo__list_pop(&list) == NULL);
    note_all();
    CHECK_NOTES("|");
}

static void items_come_out_as_they_went_in(void)
{
    fill(3);
    note_all();
    CHECK_NOTES("0 1 2 | 2 1 0");
    CHECK(horo__list_pop(&list) == &items[0].link);
    CHECK(horo__list_pop(&list) == &items[1].link);
    note_all();
    CHECK_NOTES("2 | 2");
    CHECK(horo__list_pop(&list) == &items[2].link);
    CHECK(horo__list_is_empty(&list));
}

static void an_item_leaves_from_any_place(void)
{
    static const char *const rest[] = { "1 2 | 2 1", "0 2 | 2 0", "0 1 | 1 0" };

    for (int i = 0; i < 3; i++) {
        fill(3);
        horo__list_remove(&items[i].link);
        note_all();
        CHECK_NOTES(rest[i]);
        CHECK(horo__list_is_empty(&items[i].link));
    }
}

static void removing_twice_is_harmless(void)
{
    fill(3);
    horo__list_remove(&items[1].link);
    horo__list_remove(&items[1].link);
    note_all();
    CHECK_NOTES("0 2 | 2 0");
}

static void a_popped_item_can_be_appended_again(void)
{
    fill(3);
    horo__list_append(&list, horo__list_pop(&list));
    note_all();
    CHECK_NOTES("1 2 0 | 0 2 1");
}

int main(void)
{
    RUN(a_fresh_list_is_empty);
    RUN(items_come_out_as_they_went_in);
    RUN(an_item_leaves_from_any_place);
    RUN(removing_twice_is_harmless);
    RUN(a_popped_item_can_be_appended_again);
    return tap_end();
}
