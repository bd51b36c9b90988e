/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lead_page.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_WIDTH 11
#define BAR_SIDE 10

/* ---- states: letter and word first, colour second */

typedef struct StateRow {
    ReferralState state;
    ReferralVerdict verdict; /* 0 any */
    char letter;
    Role role;
    const char *word;
} StateRow;

static const StateRow states[] = {
    { REFERRAL_SENT, 0, 'N', ROLE_NEW, N_("NEW") },
    { REFERRAL_PICKED_UP, 0, 'O', ROLE_OPENED, N_("OPENED") },
    { REFERRAL_CONFIRMED, VERDICT_NOT_A_LEAD, 'X', ROLE_NO, N_("NOT A LEAD") },
    { REFERRAL_CONFIRMED, 0, 'C', ROLE_YES, N_("CONFIRMED") },
    { REFERRAL_WORKING, 0, 'W', ROLE_YES, N_("WORKING ON IT") },
    { REFERRAL_WON, 0, '$', ROLE_YES, N_("WON") },
    { REFERRAL_LOST, 0, 'L', ROLE_NO, N_("LOST") },
    { REFERRAL_DORMANT, 0, 'D', ROLE_OPENED, N_("DORMANT") },
    { REFERRAL_WITHDRAWN, 0, 'T', ROLE_OPENED, N_("TAKEN BACK") },
};

static const StateRow *row_of(ReferralState state, ReferralVerdict verdict)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        if (states[i].state == state && (!states[i].verdict || states[i].verdict == verdict)) {
            return &states[i];
        }
    }
    return NULL;
}

char state_letter(ReferralState state, ReferralVerdict verdict)
{
    const StateRow *row = row_of(state, verdict);
    return row ? row->letter : '?';
}

const char *state_word(ReferralState state, ReferralVerdict verdict)
{
    const StateRow *row = row_of(state, verdict);
    return row ? _(row->word) : "";
}

Role state_role(ReferralState state, ReferralVerdict verdict)
{
    const StateRow *row = row_of(state, verdict);
    return row ? row->role : ROLE_NORMAL;
}

const Party *referral_other(const Referral *referral)
{
    return referral->box == BOX_INBOX ? &referral->from : &referral->to;
}

/* ---- give and take */

bool give_take_of(App *app, const Uuid *account, GiveTake *out)
{
    const GiveTake *known = g_hash_table_lookup(app->give_take, account);
    if (known) {
        *out = *known;
        return true;
    }
    if (!cache_give_take(client_cache(app->client), account, clock_now() - GIVE_TAKE_PERIOD, out,
                         NULL)) {
        return false;
    }
    g_hash_table_insert(app->give_take, g_memdup2(account, sizeof *account),
                        g_memdup2(out, sizeof *out));
    return true;
}

char *give_take_bar(const GiveTake *sum)
{
    gint64 balance = CLAMP(sum->gave - sum->took, -BAR_SIDE, BAR_SIDE);
    char bar[2 * BAR_SIDE + 4];
    memset(bar, ' ', sizeof bar);
    bar[0] = '[';
    bar[BAR_SIDE + 1] = '|';
    bar[2 * BAR_SIDE + 2] = ']';
    bar[2 * BAR_SIDE + 3] = '\0';
    if (balance < 0) {
        memset(bar + BAR_SIDE + 1 + balance, '=', (size_t)-balance);
    } else {
        memset(bar + BAR_SIDE + 2, '=', (size_t)balance);
    }
    return g_strdup(bar);
}

static void put_give_take(App *app, Page *page, const Party *other)
{
    GiveTake sum = { 0 };
    if (uuid_is_nil(&other->account) || !give_take_of(app, &other->account, &sum)) {
        return;
    }
    page_blank(page);
    page_format(page, ROLE_HEADING, _("Give and take with %s, 12 months"),
                other->name ? other->name : "");
    g_autofree char *gave = g_strdup_printf(_("you gave %" PRId64 " (%" PRId64 " confirmed)"),
                                            sum.gave, sum.gave_confirmed);
    g_autofree char *took = g_strdup_printf(_("you took %" PRId64 " (%" PRId64 " confirmed)"),
                                            sum.took, sum.took_confirmed);
    g_autofree char *line = g_strdup_printf("%s   %s", gave, took);
    page_text(page, ROLE_NORMAL, line);
    g_autofree char *bar = give_take_bar(&sum);
    g_autofree char *balance = g_strdup_printf(_("  balance %+" PRId64), sum.gave - sum.took);
    page_line(page);
    page_span(page, sum.gave < sum.took ? ROLE_TOOK : ROLE_GAVE, bar);
    page_span(page, ROLE_NORMAL, sum.gave == sum.took ? _("  even") : balance);
}

/* ---- the parts of the page */

static void put_head(Page *page, const Referral *referral)
{
    char label[LABEL_SIZE];
    const Party *other = referral_other(referral);
    page_line(page);
    page_span(page, ROLE_HEADING, lead_label(&referral->id, label));
    page_span(page, ROLE_NORMAL, "  ");
    page_span(page, state_role(referral->state, referral->verdict),
              state_word(referral->state, referral->verdict));
    g_autofree char *who = g_strdup_printf(referral->box == BOX_INBOX ? _("from %s") : _("to %s"),
                                           other->name ? other->name : "?");
    page_span_at(page, -1, ROLE_NORMAL, who);
    page_rule(page);
}

/* Non-empty strings with blanks between. */
static char *joined(const char *const *parts, const char *between)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (int i = 0; parts[i]; i++) {
        if (*parts[i]) {
            g_string_append_printf(out, "%s%s", out->len ? between : "", parts[i]);
        }
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void put_contact(Page *page, const Contact *contact)
{
    const char *names[] = { or_empty(contact->first_name), or_empty(contact->last_name), NULL };
    const char *place[] = { or_empty(contact->city), or_empty(contact->postal_code),
                            or_empty(contact->country_code), NULL };
    g_autofree char *name = joined(names, " ");
    g_autofree char *town = joined(place, " ");
    page_pair(page, LABEL_WIDTH, _("Client"), ROLE_HEADING, name);
    page_pair(page, LABEL_WIDTH, _("Company"), *name ? ROLE_NORMAL : ROLE_HEADING,
              contact->company_name);
    page_pair(page, LABEL_WIDTH, _("Phone"), ROLE_HEADING, contact->phone_1);
    page_pair(page, LABEL_WIDTH, _("2nd phone"), ROLE_NORMAL, contact->phone_2);
    page_pair(page, LABEL_WIDTH, _("E-mail"), ROLE_NORMAL, contact->email);
    page_pair(page, LABEL_WIDTH, _("Town"), ROLE_NORMAL, town);
}

static void put_permission(Page *page, const Lead *lead)
{
    const Permission *permission = &lead->permission;
    if (!permission->given) {
        page_pair(page, LABEL_WIDTH, _("Permission"), ROLE_ALERT, _("NOT given: do not contact"));
        return;
    }
    g_autoptr(GString) text = g_string_new(_("given"));
    if (permission->method) {
        g_string_append_printf(text, ", %s", enum_label(&permission_methods, permission->method));
    }
    if (permission->at) {
        g_autofree char *at = when_day(permission->at);
        g_string_append_printf(text, ", %s", at);
    }
    const char *before = ": ";
    for (size_t i = 0; i < contact_channels.n_values; i++) {
        if (permission->channels & 1 << contact_channels.values[i].value) {
            g_string_append_printf(text, "%s%s", before, _(contact_channels.values[i].label));
            before = ", ";
        }
    }
    page_pair(page, LABEL_WIDTH, _("Permission"), ROLE_NORMAL, text->str);
}

static void put_money(Page *page, const char *label, const Money *money, const char *whose)
{
    if (money_is_set(money)) {
        g_autofree char *amount = money_format(money);
        g_autofree char *text = g_strdup_printf("%s (%s)", amount, whose);
        page_pair(page, LABEL_WIDTH, label, ROLE_NORMAL, text);
    }
}

static void put_need(Page *page, const Referral *referral)
{
    const Lead *lead = &referral->lead;
    page_pair(page, LABEL_WIDTH, _("Need"), ROLE_HEADING, lead->need);
    put_money(page, _("Value"), &lead->value, _("the sender's estimate"));
    put_money(page, _("Worth"), &referral->value, _("what it came to"));
    page_pair(page, LABEL_WIDTH, _("Kind"), ROLE_NORMAL,
              enum_label(&referral_types, referral->type));
    put_permission(page, lead);
    page_pair(page, LABEL_WIDTH, _("Known"), ROLE_NORMAL,
              lead->known_and_spoken ? _("the sender knows them and spoke to them")
                                     : _("the sender has not spoken to them"));
    if (referral->competing) {
        page_pair(page, LABEL_WIDTH, _("Also"), ROLE_ALERT, _("another partner got this lead too"));
    }
    g_autofree char *at = when_long(referral->sent_at, clock_now());
    page_pair(page, LABEL_WIDTH, referral->box == BOX_INBOX ? _("Received") : _("Sent"),
              ROLE_NORMAL, at);
}

static void put_verdict(Page *page, const Referral *referral)
{
    if (!referral->verdict) {
        return;
    }
    page_blank(page);
    page_text(page, ROLE_HEADING,
              referral->box == BOX_INBOX ? _("Your verdict") : _("Their verdict"));
    page_text(page, state_role(REFERRAL_CONFIRMED, referral->verdict),
              referral->verdict == VERDICT_LEAD ? _("It is a lead.") : _("Not a lead."));
    if (referral->reason_code) {
        page_text(page, ROLE_NORMAL, enum_label(&referral_reasons, referral->reason_code));
    }
    if (referral->message && *referral->message) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", referral->message);
        page_text(page, ROLE_NORMAL, quoted);
    }
}

static void put_notes(App *app, Page *page, const Referral *referral)
{
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(app->client), &referral->id, NULL);
    if (!notes || notes->len == 0) {
        return;
    }
    page_blank(page);
    page_text(page, ROLE_HEADING, _("Your notes (only you see them)"));
    for (guint i = 0; i < notes->len; i++) {
        const Note *note = notes->pdata[i];
        g_autofree char *at = when_moment(note->created_at, clock_now());
        page_format(page, ROLE_NORMAL, "%s  %s", at, or_empty(note->text));
    }
}

static void put_event(Page *page, gint64 at, const char *what)
{
    if (at) {
        g_autofree char *moment = when_moment(at, clock_now());
        page_format(page, ROLE_NORMAL, "%s  %s", moment, what);
    }
}

static void put_history(Page *page, const Referral *referral)
{
    bool received = referral->box == BOX_INBOX;
    page_blank(page);
    page_text(page, ROLE_HEADING, _("History"));
    put_event(page, referral->sent_at, received ? _("received") : _("sent"));
    put_event(page, referral->picked_up_at, received ? _("opened by you") : _("opened"));
    put_event(page, referral->confirmed_at,
              referral->verdict == VERDICT_NOT_A_LEAD ? _("not a lead") : _("confirmed"));
    put_event(page, referral->outcome_at, enum_label(&referral_states, referral->state));
    put_event(page, referral->withdrawn_at, _("taken back by the sender"));
}

Page *lead_page(App *app, const Referral *referral, int width, bool head)
{
    Page *page = page_new(width);
    const Party *other = referral_other(referral);
    if (head) {
        put_head(page, referral);
    }
    put_contact(page, &referral->lead.contact);
    put_need(page, referral);
    if (referral->lead.comments && *referral->lead.comments) {
        page_blank(page);
        page_format(page, ROLE_HEADING,
                    referral->box == BOX_INBOX ? _("Note from %s") : _("Your note to %s"),
                    or_empty(other->name));
        page_text(page, ROLE_NORMAL, referral->lead.comments);
    }
    put_verdict(page, referral);
    put_notes(app, page, referral);
    put_give_take(app, page, other);
    put_history(page, referral);
    return page;
}
