/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/change.h"
#include "model/account.h"
#include "model/referral.h"
#include "random_object.h"

#define ROUNDS 300

static OutboxItem note_item(const char *base, const char *text)
{
    Note note = { .text = (char *)text };
    OutboxItem item = { .kind = OUTBOX_NOTE,
                        .state = OUTBOX_WAITING,
                        .if_match = 1,
                        .attempts = 1,
                        .method = g_strdup("PUT"),
                        .path = g_strdup("/v1/referrals/x/notes/y") };
    item.body = change_body(&item, NULL, &note);
    if (base) {
        note.text = (char *)base;
        item.base = change_json(&note_fields, &note);
    }
    return item;
}

static OutboxItem profile_item(const Account *base, const Account *wanted)
{
    OutboxItem item = { .kind = OUTBOX_PROFILE,
                        .state = OUTBOX_WAITING,
                        .if_match = 1,
                        .method = g_strdup("PATCH"),
                        .path = g_strdup("/v1/me") };
    item.base = change_json(&account_fields, base);
    item.body = change_body(&item, base, wanted);
    return item;
}

static Account account(const char *name, const char *company, const char *business)
{
    return (Account){ .email = (char *)"a@b.example",
                      .name = (char *)name,
                      .company_name = (char *)company,
                      .business_type = (char *)business };
}

static char *text_of(const OutboxItem *item)
{
    Note note = { 0 };
    assert_true(change_read(item, &note));
    char *text = g_strdup(note.text);
    fields_clear(&note_fields, &note);
    return text;
}

/* ---- what happens to an item */

static void different_fields_are_merged_silently(void **state)
{
    Account base = account("Ann", "Old Ltd", "roofs"), mine = account("Ann", "New Ltd", "roofs"),
            theirs = account("Anna", "Old Ltd", "roofs");
    OutboxItem item = profile_item(&base, &mine);
    item.attempts = 3;
    item.next_at = 9;
    item.problem = g_strdup("precondition-failed");
    assert_string_equal(item.body, "{\"company_name\":\"New Ltd\"}");
    assert_int_equal(change_merge(&item, &theirs, 5), CHANGE_REBASED);
    assert_string_equal(item.body, "{\"company_name\":\"New Ltd\"}");
    assert_int_equal(item.if_match, 5);
    assert_int_equal(item.state, OUTBOX_WAITING);
    assert_int_equal(item.attempts + item.next_at, 0);
    assert_null(item.problem);
    assert_null(item.theirs);
    Account now = { 0 };
    assert_true(change_read(&item, &now));
    assert_string_equal(now.name, "Anna");
    assert_string_equal(now.company_name, "New Ltd");
    fields_clear(&account_fields, &now);
    fields_clear(&outbox_fields, &item);
}

static void the_same_already_is_done(void **state)
{
    Account base = account("Ann", "Old Ltd", "roofs"), mine = account("Ann", "New Ltd", "roofs"),
            theirs = account("Anna", "New Ltd", "roofs");
    OutboxItem item = profile_item(&base, &mine);
    assert_int_equal(change_merge(&item, &theirs, 5), CHANGE_DONE);
    fields_clear(&outbox_fields, &item);
    OutboxItem note = note_item("a", "b");
    Note same = { .rev = 4, .text = (char *)"b" };
    assert_int_equal(change_merge(&note, &same, 4), CHANGE_DONE);
    fields_clear(&outbox_fields, &note);
}

static void the_same_field_is_a_conflict(void **state)
{
    OutboxItem item = note_item("a", "mine");
    Note theirs = { .rev = 4, .text = (char *)"theirs" };
    assert_int_equal(change_merge(&item, &theirs, 4), CHANGE_CONFLICT);
    assert_int_equal(item.state, OUTBOX_CONFLICT);
    assert_string_equal(item.problem, "precondition-failed");
    assert_int_equal(item.theirs_rev, 4);
    assert_int_equal(item.if_match, 1);
    g_autofree char *kept = text_of(&item); /* both are there */
    assert_string_equal(kept, "mine");
    g_autoptr(GPtrArray) conflicts = change_conflicts(&item);
    assert_int_equal(conflicts->len, 1);
    const ChangeConflict *one = conflicts->pdata[0];
    assert_string_equal(one->path, "text");
    assert_string_equal(one->mine, "mine");
    assert_string_equal(one->theirs, "theirs");
    /* The other side goes back: nothing is left to decide. */
    Note back = { .rev = 5, .text = (char *)"a" };
    assert_int_equal(change_merge(&item, &back, 5), CHANGE_REBASED);
    assert_int_equal(item.state, OUTBOX_WAITING);
    assert_int_equal(item.if_match, 5);
    g_autofree char *again = text_of(&item);
    assert_string_equal(again, "mine");
    fields_clear(&outbox_fields, &item);
}

static void mine_or_theirs_is_kept(void **state)
{
    Note theirs = { .rev = 4, .text = (char *)"theirs" };
    const char *const bases[] = { "a", NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(bases); i++) {
        OutboxItem item = note_item(bases[i], "mine");
        assert_int_equal(change_merge(&item, &theirs, 4), CHANGE_CONFLICT);
        assert_int_equal(change_keep(&item, "text", KEEP_MINE), CHANGE_REBASED);
        assert_int_equal(item.if_match, 4);
        g_autofree char *text = text_of(&item);
        assert_string_equal(text, "mine");
        assert_int_equal(change_keep(&item, NULL, KEEP_MINE), CHANGE_NONSENSE); /* decided */
        fields_clear(&outbox_fields, &item);
        OutboxItem other = note_item(bases[i], "mine");
        assert_int_equal(change_merge(&other, &theirs, 4), CHANGE_CONFLICT);
        assert_int_equal(change_keep(&other, NULL, KEEP_THEIRS), CHANGE_DONE);
        fields_clear(&outbox_fields, &other);
    }
}

static void field_by_field(void **state)
{
    Account base = account("Ann", "Old Ltd", "roofs"), mine = account("Anne", "Mine Ltd", "roofs"),
            theirs = account("Anna", "Their Ltd", "cellars");
    OutboxItem item = profile_item(&base, &mine);
    assert_int_equal(change_merge(&item, &theirs, 8), CHANGE_CONFLICT);
    g_autoptr(GPtrArray) two = change_conflicts(&item);
    assert_int_equal(two->len, 2);
    assert_int_equal(change_keep(&item, "name", KEEP_THEIRS), CHANGE_CONFLICT);
    g_autoptr(GPtrArray) one = change_conflicts(&item);
    assert_int_equal(one->len, 1);
    assert_string_equal(((ChangeConflict *)one->pdata[0])->path, "company_name");
    assert_int_equal(change_keep(&item, "company_name", KEEP_MINE), CHANGE_REBASED);
    assert_string_equal(item.body, "{\"company_name\":\"Mine Ltd\"}");
    assert_int_equal(item.if_match, 8);
    fields_clear(&outbox_fields, &item);
}

static void what_can_be_undone_stays_so(void **state)
{
    Account base = account("Ann", "Old Ltd", "roofs"), mine = account("Ann", "New Ltd", "roofs"),
            theirs = account("Anna", "Old Ltd", "roofs");
    OutboxItem item = profile_item(&base, &mine);
    item.state = OUTBOX_HELD;
    assert_int_equal(change_merge(&item, &theirs, 5), CHANGE_REBASED);
    assert_int_equal(item.state, OUTBOX_HELD);
    fields_clear(&outbox_fields, &item);
}

static void what_makes_no_sense_changes_nothing(void **state)
{
    OutboxItem item = note_item("a", "mine");
    static const char *const current[] = {
        "", "{", "[]", "{}", "{\"text\":\"no rev\"}", "{\"text\":7,\"rev\":3}"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(current); i++)
        assert_int_equal(change_merge_json(&item, current[i]), CHANGE_NONSENSE);
    assert_int_equal(item.state, OUTBOX_WAITING);
    assert_int_equal(change_merge_json(&item, "{\"text\":\"a\",\"rev\":3,\"newer\":1}"),
                     CHANGE_REBASED);
    assert_int_equal(item.if_match, 3);
    fields_clear(&outbox_fields, &item);
    OutboxItem act = { .kind = OUTBOX_CONFIRM, .body = g_strdup("{\"verdict\":\"lead\"}") };
    assert_int_equal(change_merge_json(&act, "{\"rev\":3}"), CHANGE_NONSENSE);
    fields_clear(&outbox_fields, &act);
}

/* Whatever others do, and whenever: after each field in conflict was decided for mine, what is sent makes of the server's
 * object one that has all I changed, and all that only they did. */
static void nothing_is_lost(void **state)
{
    static const char *const names[] = { "name", "company_name", "business_type" };
    static const char *const words[] = { "a", "b", "c", NULL };
    g_autoptr(GRand) random = g_rand_new_with_seed(77);
    for (int round = 0; round < ROUNDS; round++) {
        const char *at[3][3]; /* base, mine, theirs */
        for (int who = 0; who < 3; who++)
            for (int f = 0; f < 3; f++)
                at[who][f] = who == 0 || g_rand_boolean(random)
                                 ? words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]
                                 : at[0][f];
        Account base = account(at[0][0], at[0][1], at[0][2]);
        Account mine = account(at[1][0], at[1][1], at[1][2]);
        Account theirs = account(at[2][0], at[2][1], at[2][2]);
        OutboxItem item = profile_item(&base, &mine);
        ChangeOutcome outcome = change_merge(&item, &theirs, 2);
        if (outcome == CHANGE_CONFLICT) {
            g_autoptr(GPtrArray) conflicts = change_conflicts(&item);
            assert_true(conflicts->len > 0);
            outcome = change_keep(&item, NULL, KEEP_MINE);
        }
        Account now = { 0 };
        if (outcome == CHANGE_DONE)
            fields_copy(&account_fields, &now, &theirs);
        else
            assert_true(change_read(&item, &now));
        for (int f = 0; f < 3; f++) {
            const Field *field = field_find(&account_fields, names[f]);
            bool i_did = g_strcmp0(at[0][f], at[1][f]) != 0;
            assert_string_equal(
                *(char **)field_at(field, &now) ? *(char **)field_at(field, &now) : "-",
                (i_did ? at[1][f] : at[2][f]) ? (i_did ? at[1][f] : at[2][f]) : "-");
        }
        fields_clear(&account_fields, &now);
        fields_clear(&outbox_fields, &item);
    }
}

/* Every kind with a body: what is read of the body is what was put into it. */
static void bodies_come_back(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int kind = OUTBOX_PICK_UP; kind <= OUTBOX_PROFILE; kind++) {
        const FieldTable *table = change_kind((OutboxKind)kind)->input;
        if (!table)
            continue;
        for (int round = 0; round < 50; round++) {
            g_autofree void *object = g_malloc0(table->size);
            g_autofree void *back = g_malloc0(table->size);
            random_object(random, table, object);
            OutboxItem item = { .kind = (OutboxKind)kind, .method = g_strdup("PUT") };
            item.body = change_body(&item, NULL, object);
            assert_true(change_read(&item, back));
            g_autofree char *a = change_json(table, object), *b = change_json(table, back);
            assert_string_equal(a, b);
            fields_clear(&outbox_fields, &item);
            fields_clear(table, object);
            fields_clear(table, back);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_fields_are_merged_silently),
        cmocka_unit_test(the_same_already_is_done),
        cmocka_unit_test(the_same_field_is_a_conflict),
        cmocka_unit_test(mine_or_theirs_is_kept),
        cmocka_unit_test(field_by_field),
        cmocka_unit_test(what_can_be_undone_stays_so),
        cmocka_unit_test(what_makes_no_sense_changes_nothing),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(bodies_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
