/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dues.h"

#include <string.h>

#include "base/i18n.h"

#define NOTE_MAX 120

static const EnumValue state_values[] = {
    { INVOICE_OPEN, "open", N_("open") },
    { INVOICE_PAID, "paid", N_("paid") },
    { INVOICE_WAIVED, "waived", N_("waived") },
};
const EnumTable invoice_states = ENUM_TABLE("invoice_state", state_values);

#define AT(member) offsetof(Invoice, member)
#define DAY(name, label_text)                                                                      \
    {                                                                                              \
#name, FIELD_TEXT, AT(name), FIELD_READONLY, .max = 10, .label = label_text                \
    }
static const Field invoice_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "member", FIELD_OBJECT, AT(member), FIELD_READONLY, .object = &party_fields,
      .label = N_("Member") },
    { "amount", FIELD_MONEY, AT(amount), FIELD_READONLY, .label = N_("Amount") },
    DAY(from_on, N_("From")),
    DAY(to_on, N_("To")),
    DAY(due_on, N_("Due")),
    DAY(lapses_on, N_("Ends the membership on")),
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &invoice_states,
      .label = N_("State") },
    DAY(settled_on, N_("Settled")),
    { "note", FIELD_TEXT, AT(note), FIELD_READONLY | FIELD_PERSONAL, .max = NOTE_MAX,
      .label = N_("Note") },
};
#undef DAY
#undef AT
const FieldTable invoice_fields = FIELD_TABLE("invoice", Invoice, invoice_rows);

#define AT(member) offsetof(DuesSettlement, member)
static const Field settlement_rows[] = {
    { "on", FIELD_TEXT, AT(on), .min = 10, .max = 10, .label = N_("Day") },
    { "note", FIELD_TEXT, AT(note), FIELD_PERSONAL, .max = NOTE_MAX, .label = N_("Note") },
};
#undef AT
const FieldTable dues_settlement_fields = FIELD_TABLE("dues_settlement", DuesSettlement,
                                                      settlement_rows);

static int months_of(FeePeriod fee)
{
    return fee == FEE_ANNUAL ? 12 : 1;
}

void dues_period(const char *joined, FeePeriod fee, int n, DuesPeriod *out)
{
    Day next;
    day_add_months(joined, n * months_of(fee), out->from);
    day_add_months(joined, (n + 1) * months_of(fee), next);
    day_add_days(next, -1, out->to);
}

int dues_period_of(const char *joined, FeePeriod fee, const char *day)
{
    if (strcmp(day, joined) < 0)
        return -1;
    int n = day_between(joined, day) / (31 * months_of(fee)); /* never too many */
    for (DuesPeriod period;; n++) {
        dues_period(joined, fee, n, &period);
        if (strcmp(day, period.to) <= 0)
            return n;
    }
}

Uuid invoice_id(const Uuid *group, const Uuid *account, const char *from_on)
{
    guint8 name[sizeof account->bytes + DAY_SIZE - 1];
    g_assert(strlen(from_on) == DAY_SIZE - 1);
    memcpy(name, account->bytes, sizeof account->bytes);
    memcpy(name + sizeof account->bytes, from_on, DAY_SIZE - 1);
    return uuid_derived(group, name, sizeof name);
}

bool dues_settlement_validate(const DuesSettlement *settlement, const char *today,
                              FieldErrors *errors)
{
    const char *on = settlement->on;
    if (on && !day_valid(on))
        field_errors_add(errors, "#/on", "time.invalid", "a day is wanted, as 2026-02-28");
    else if (on && strcmp(on, today) > 0)
        field_errors_add(errors, "#/on", "out-of-range", "the day is still to come");
    return !field_errors_any(errors);
}
