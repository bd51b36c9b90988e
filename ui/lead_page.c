/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lead_page.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "snooze.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_WIDTH 11
#define MOMENT_WIDTH 14
#define BAR_SIDE 10

/* ---- states: letter and word first, colour second */

typedef struct StateRow {
    ReferralState state;
    ReferralVerdict verdict; /* 0 any */
    char letter;
    Role role;
    const char *word;   /* on its page */
    const char *legend; /* in a list of letters: not every language has capitals to drop */
    const char *meaning;
} StateRow;

static const StateRow states[] = {
    { REFERRAL_SENT, 0, 'N', ROLE_NEW, N_("NEW"), N_("new"),
      N_("Sent, and not opened by the recipient yet") },
    { REFERRAL_PICKED_UP, 0, 'O', ROLE_OPENED, N_("OPENED"), N_("opened"),
      N_("Opened by the recipient, who has not said yet whether it is a lead") },
    { REFERRAL_CONFIRMED, VERDICT_LEAD, 'C', ROLE_YES, N_("CONFIRMED"), N_("confirmed"),
      N_("A lead, says the recipient") },
    { REFERRAL_CONFIRMED, VERDICT_NOT_A_LEAD, 'X', ROLE_NO, N_("NOT A LEAD"), N_("not a lead"),
      N_("Not a lead, says the recipient, and why") },
    { REFERRAL_WORKING, 0, 'W', ROLE_YES, N_("WORKING ON IT"), N_("working on it"),
      N_("Confirmed, and the recipient works on it") },
    { REFERRAL_WON, 0, '$', ROLE_YES, N_("WON"), N_("won"),
      N_("Confirmed, and business came of it") },
    { REFERRAL_LOST, 0, 'L', ROLE_NO, N_("LOST"), N_("lost"),
      N_("Confirmed, but nothing came of it") },
    { REFERRAL_DORMANT, 0, 'D', ROLE_OPENED, N_("DORMANT"), N_("dormant"),
      N_("Confirmed, but nothing happens for now") },
    { REFERRAL_WITHDRAWN, 0, 'T', ROLE_OPENED, N_("TAKEN BACK"), N_("taken back"),
      N_("Taken back by its sender before it was opened") },
};

/* What stands beside the letter. */
static const struct {
    const char *mark, *word, *meaning;
} marks[] = {
    { "*", N_("tagged"), N_("Before the letter: tagged, a verdict is on all tagged leads") },
    { ">", N_("unsent"), N_("After the letter: what you did is still in the outbox") },
    { "!", N_("stopped"), N_("After the letter: something of it waits in the outbox for you") },
    { "z", N_("call back later"), N_("After the letter: comes back at a time you set") },
    { "Z", N_("call back now"), N_("After the letter: has come back, and waits to be opened") },
    { "&", N_("shared"), N_("After the letter: another partner got the same lead") },
};

bool state_legend(size_t i, char mark[2], char **word, const char **meaning)
{
    size_t n = G_N_ELEMENTS(states);
    if (i >= n + G_N_ELEMENTS(marks))
        return false;
    mark[0] = i < n ? states[i].letter : marks[i - n].mark[0];
    mark[1] = '\0';
    *word = g_strdup(_(i < n ? states[i].legend : marks[i - n].word));
    *meaning = i < n ? _(states[i].meaning) : _(marks[i - n].meaning);
    return true;
}

static const StateRow *row_of(ReferralState state, ReferralVerdict verdict)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (states[i].state == state && (!states[i].verdict || states[i].verdict == verdict))
            return &states[i];
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
                         NULL))
        return false;
    g_hash_table_insert(app->give_take, g_memdup2(account, sizeof *account),
                        g_memdup2(out, sizeof *out));
    return true;
}

char *give_take_bar(const GiveTake *sum)
{
    gint64 balance = CLAMP(sum->gave_confirmed - sum->took_confirmed, -BAR_SIDE, BAR_SIDE);
    char bar[2 * BAR_SIDE + 4];
    memset(bar, ' ', sizeof bar);
    bar[0] = '[';
    bar[BAR_SIDE + 1] = '|';
    bar[2 * BAR_SIDE + 2] = ']';
    bar[2 * BAR_SIDE + 3] = '\0';
    if (balance < 0)
        memset(bar + BAR_SIDE + 1 + balance, '=', (size_t)-balance);
    else
        memset(bar + BAR_SIDE + 2, '=', (size_t)balance);
    return g_strdup(bar);
}

static char *leads_text(gint64 n, gint64 confirmed)
{
    if (n == 0)
        return g_strdup(_("nothing"));
    g_autofree char *leads = g_strdup_printf(
        ngettext("%" PRId64 " lead", "%" PRId64 " leads", (gulong)n), n);
    return g_strdup_printf(_("%s, %" PRId64 " confirmed"), leads, confirmed);
}

static char *balance_text(const GiveTake *sum)
{
    gint64 balance = sum->gave_confirmed - sum->took_confirmed;
    return balance ? g_strdup_printf("%+" PRId64, balance) : g_strdup(_("even"));
}

static Role balance_role(const GiveTake *sum)
{
    return sum->gave_confirmed < sum->took_confirmed ? ROLE_TOOK : ROLE_GAVE;
}

static void put_give_take(App *app, Page *page, const Party *other)
{
    GiveTake sum = { 0 };
    if (uuid_is_nil(&other->account) || !give_take_of(app, &other->account, &sum))
        return;
    page_format(page, ROLE_HEADING, _("Give/take with %s, 12 months"),
                other->name ? other->name : "");
    g_autofree char *gave = leads_text(sum.gave, sum.gave_confirmed);
    g_autofree char *took = leads_text(sum.took, sum.took_confirmed);
    g_autofree char *balance = balance_text(&sum);
    g_autofree char *bar = give_take_bar(&sum);
    page_pair(page, LABEL_WIDTH, _("You gave"), ROLE_NORMAL, gave);
    page_pair(page, LABEL_WIDTH, _("You took"), ROLE_NORMAL, took);
    page_pair(page, LABEL_WIDTH, _("Balance"), ROLE_NORMAL, balance);
    page_span_at(page, LABEL_WIDTH + 6, balance_role(&sum), bar);
}

/* ---- the parts of the page */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool is_received(const Referral *referral)
{
    return referral->box == BOX_INBOX;
}

static void put_label(Page *page, const Referral *referral)
{
    char label[LABEL_SIZE];
    page_line(page);
    page_span(page, ROLE_HEADING, lead_label(&referral->id, label));
    page_span(page, ROLE_NORMAL, "  ");
    page_span(page, state_role(referral->state, referral->verdict),
              state_word(referral->state, referral->verdict));
}

static void put_head(Page *page, const Referral *referral)
{
    g_autofree char *who = g_strdup_printf(
        is_received(referral) ? _("from %s") : _("to %s"),
        referral_other(referral)->name ? referral_other(referral)->name : "?");
    put_label(page, referral);
    page_span_at(page, -1, ROLE_NORMAL, who);
    if (page_width(page) >= 40)
        page_rule(page);
}

/* Non-empty strings with something between. */
static char *joined(const char *const *parts, const char *between)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (int i = 0; parts[i]; i++)
        if (*parts[i])
            g_string_append_printf(out, "%s%s", out->len ? between : "", parts[i]);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *contact_name(const Contact *contact)
{
    const char *names[] = { or_empty(contact->first_name), or_empty(contact->last_name), NULL };
    return joined(names, " ");
}

static char *contact_town(const Contact *contact)
{
    const char *place[] = { or_empty(contact->city), or_empty(contact->postal_code),
                            or_empty(contact->country_code), NULL };
    return joined(place, " ");
}

/* What `copy` takes; the key is told beside it where there is room. */
static void put_copied(App *app, Page *page, const char *value)
{
    g_autofree char *key = app_key_of(app, "copy");
    g_autofree char *clean = text_clean(value, -1, TEXT_LINE);
    const char *word = _("copies");
    int width = LABEL_WIDTH + text_width(clean) + 3 + text_width(key) + 1 + text_width(word);
    if (*key && *clean && width <= page_width(page)) {
        page_span(page, ROLE_NORMAL, "   ");
        page_span(page, ROLE_KEY, key);
        page_span(page, ROLE_NORMAL, " ");
        page_span(page, ROLE_NORMAL, word);
    }
}

static void put_contact(App *app, Page *page, const Contact *contact)
{
    g_autofree char *name = contact_name(contact);
    g_autofree char *town = contact_town(contact);
    page_pair(page, LABEL_WIDTH, _("Client"), ROLE_HEADING, name);
    page_pair(page, LABEL_WIDTH, _("Company"), *name ? ROLE_NORMAL : ROLE_HEADING,
              contact->company_name);
    page_pair(page, LABEL_WIDTH, _("Phone"), ROLE_HEADING, contact->phone_1);
    put_copied(app, page, contact->phone_1);
    page_pair(page, LABEL_WIDTH, _("2nd phone"), ROLE_NORMAL, contact->phone_2);
    page_pair(page, LABEL_WIDTH, _("E-mail"), ROLE_NORMAL, contact->email);
    page_pair(page, LABEL_WIDTH, _("Town"), ROLE_NORMAL, town);
}

/* "in writing, 21 Nov: phone, e-mail" */
static char *permission_text(const Permission *permission)
{
    const char *how = permission->method ? enum_label(&permission_methods, permission->method)
                                         : _("given");
    g_autoptr(GString) text = g_string_new(how);
    if (permission->at) {
        g_autofree char *at = when_date(permission->at, clock_now());
        g_string_append_printf(text, ", %s", at);
    }
    const char *before = ": ";
    for (size_t i = 0; i < contact_channels.n_values; i++) {
        if (permission->channels & 1 << contact_channels.values[i].value) {
            g_string_append_printf(text, "%s%s", before, _(contact_channels.values[i].label));
            before = ", ";
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void put_permission(Page *page, const Permission *permission)
{
    if (!permission->given) {
        page_pair(page, LABEL_WIDTH, _("Permission"), ROLE_ALERT, _("NOT given: do not contact"));
        return;
    }
    g_autofree char *text = permission_text(permission);
    page_pair(page, LABEL_WIDTH, _("Permission"), ROLE_NORMAL, text);
}

static void put_money(Page *page, const char *label, const Money *money, const char *whose)
{
    if (money_is_set(money)) {
        g_autofree char *amount = money_format(money);
        g_autofree char *text = g_strdup_printf("%s (%s)", amount, whose);
        page_pair(page, LABEL_WIDTH, label, ROLE_NORMAL, text);
    }
}

static const char *known_text(const Referral *referral)
{
    if (is_received(referral)) {
        return referral->lead.known_and_spoken ? _("to the sender, who spoke to them")
                                               : _("the sender has not spoken to them");
    }
    return referral->lead.known_and_spoken ? _("to you, and you spoke to them")
                                           : _("you have not spoken to them");
}

static void put_need(Page *page, const Referral *referral)
{
    page_pair(page, LABEL_WIDTH, _("Need"), ROLE_HEADING, referral->lead.need);
}

/* What there is to know beside contact and need. */
static void put_terms(Page *page, const Referral *referral)
{
    const Lead *lead = &referral->lead;
    put_money(page, _("Value"), &lead->value,
              is_received(referral) ? _("sender's estimate") : _("your estimate"));
    put_money(page, _("Worth"), &referral->value, _("what it came to"));
    page_pair(page, LABEL_WIDTH, _("Kind"), ROLE_NORMAL,
              enum_label(&referral_types, referral->type));
    put_permission(page, &lead->permission);
    page_pair(page, LABEL_WIDTH, _("Known"), ROLE_NORMAL, known_text(referral));
    if (referral->competing) {
        page_pair(page, LABEL_WIDTH, _("Shared"), ROLE_ALERT,
                  _("another partner got this lead too"));
    }
}

static void put_snooze(App *app, Page *page, const Referral *referral)
{
    gint64 until = 0;
    SnoozeMark mark = snooze_of(app, &referral->id, &until);
    g_autofree char *at = when_long(until, clock_now());
    if (mark != SNOOZE_NONE)
        page_pair(page, LABEL_WIDTH, _("Call back"), mark == SNOOZE_NOW ? ROLE_ALERT : ROLE_NORMAL,
                  at);
}

static void put_sent_at(Page *page, const Referral *referral)
{
    g_autofree char *at = when_long(referral->sent_at, clock_now());
    page_pair(page, LABEL_WIDTH, is_received(referral) ? _("Received") : _("Sent"), ROLE_NORMAL,
              at);
}

static void put_party(Page *page, const char *label, const Party *party)
{
    g_autofree char *text = party->company_name && *party->company_name
                                ? g_strdup_printf("%s, %s", or_empty(party->name),
                                                  party->company_name)
                                : g_strdup(or_empty(party->name));
    page_pair(page, LABEL_WIDTH, label, ROLE_NORMAL, text);
}

static void put_comments(Page *page, const Referral *referral)
{
    if (!referral->lead.comments || !*referral->lead.comments)
        return;
    page_blank(page);
    page_format(page, ROLE_HEADING,
                is_received(referral) ? _("Note from %s") : _("Your note to %s"),
                or_empty(referral_other(referral)->name));
    page_text(page, ROLE_NORMAL, referral->lead.comments);
}

static void put_verdict(Page *page, const Referral *referral)
{
    if (!referral->verdict)
        return;
    page_blank(page);
    page_text(page, ROLE_HEADING, is_received(referral) ? _("Your verdict") : _("Their verdict"));
    page_text(page, state_role(REFERRAL_CONFIRMED, referral->verdict),
              referral->verdict == VERDICT_LEAD ? _("It is a lead.") : _("Not a lead."));
    if (referral->reason_code && referral->reason_code != REASON_OTHER)
        page_format(page, ROLE_NORMAL, "%s.", enum_label(&referral_reasons, referral->reason_code));
    if (referral->message && *referral->message) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", referral->message);
        page_text(page, ROLE_NORMAL, quoted);
    }
}

static void put_notes(App *app, Page *page, const Referral *referral)
{
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(app->client), &referral->id, NULL);
    if (!notes || notes->len == 0)
        return;
    page_blank(page);
    page_text(page, ROLE_HEADING, _("Your notes (only you see them)"));
    for (guint i = 0; i < notes->len; i++) {
        const Note *note = notes->pdata[i];
        g_autofree char *at = when_moment(note->created_at, clock_now());
        page_pair(page, MOMENT_WIDTH, at, ROLE_NORMAL, note->text);
    }
}

static void put_event(Page *page, gint64 at, const char *what)
{
    if (at) {
        g_autofree char *moment = when_moment(at, clock_now());
        page_pair(page, MOMENT_WIDTH, moment, ROLE_NORMAL, what);
    }
}

static void put_history(Page *page, const Referral *referral)
{
    bool received = is_received(referral);
    page_text(page, ROLE_HEADING, _("History"));
    put_event(page, referral->sent_at, received ? _("received") : _("sent"));
    put_event(page, referral->picked_up_at, received ? _("opened by you") : _("opened"));
    put_event(page, referral->reminded_at, received ? _("you were reminded") : _("reminded"));
    put_event(page, referral->confirmed_at,
              referral->verdict == VERDICT_NOT_A_LEAD ? _("not a lead") : _("confirmed"));
    put_event(page, referral->outcome_at, enum_label(&referral_states, referral->state));
    put_event(page, referral->withdrawn_at,
              received ? _("taken back by the sender") : _("taken back by you"));
}

/* ---- the three layouts */

/* One column with everything. */
static void lay_column(App *app, Page *page, const Referral *referral)
{
    put_head(page, referral);
    put_contact(app, page, &referral->lead.contact);
    put_need(page, referral);
    put_terms(page, referral);
    put_sent_at(page, referral);
    put_snooze(app, page, referral);
    put_comments(page, referral);
    put_verdict(page, referral);
    put_notes(app, page, referral);
    page_blank(page);
    put_give_take(app, page, referral_other(referral));
    page_blank(page);
    put_history(page, referral);
}

static void put_text(Page *page, Role role, const char *text)
{
    if (text && *text)
        page_text(page, role, text);
}

/* What a verdict needs in as few lines as it takes; the rest below. */
static void lay_brief(App *app, Page *page, const Referral *referral)
{
    const Contact *contact = &referral->lead.contact;
    g_autofree char *name = contact_name(contact);
    g_autofree char *town = contact_town(contact);
    g_autofree char *value = money_format(&referral->lead.value);
    const char *who[] = { name, or_empty(contact->company_name), NULL };
    const char *reach[] = { or_empty(contact->phone_1),
                            or_empty(contact->phone_2),
                            or_empty(contact->email),
                            town,
                            value,
                            NULL };
    g_autofree char *client = joined(who, ", ");
    g_autofree char *rest = joined(reach, "   ");
    put_head(page, referral);
    put_text(page, ROLE_HEADING, client);
    put_text(page, ROLE_NORMAL, referral->lead.need);
    put_text(page, ROLE_NORMAL, rest);
    if (!referral->lead.permission.given)
        page_text(page, ROLE_ALERT, _("Permission NOT given: do not contact."));
    if (referral->competing)
        page_text(page, ROLE_ALERT, _("Another partner got this lead too."));
    put_comments(page, referral);
    put_verdict(page, referral);
    put_notes(app, page, referral);
    page_blank(page);
    put_terms(page, referral);
    put_sent_at(page, referral);
    put_snooze(app, page, referral);
    page_blank(page);
    put_give_take(app, page, referral_other(referral));
    page_blank(page);
    put_history(page, referral);
}

#define COLUMN_GAP 3

/* Two columns where there is room, and whole lines for what is to be read. */
static void lay_wide(App *app, Page *page, const Referral *referral)
{
    int width = (page_width(page) - COLUMN_GAP) / 2;
    g_autoptr(Page) contact = page_new(width);
    g_autoptr(Page) terms = page_new(width);
    g_autoptr(Page) sum = page_new(width);
    g_autoptr(Page) history = page_new(width);
    g_autofree char *at = when_long(referral->sent_at, clock_now());
    put_label(page, referral);
    page_span_at(page, -1, ROLE_NORMAL, at);
    page_rule(page);
    put_contact(app, contact, &referral->lead.contact);
    put_party(terms, is_received(referral) ? _("From") : _("To"), referral_other(referral));
    put_terms(terms, referral);
    put_snooze(app, terms, referral);
    page_columns(page, contact, terms, COLUMN_GAP);
    page_blank(page);
    put_need(page, referral);
    put_comments(page, referral);
    put_verdict(page, referral);
    put_notes(app, page, referral);
    page_blank(page);
    put_give_take(app, sum, referral_other(referral));
    put_history(history, referral);
    page_columns(page, sum, history, COLUMN_GAP);
}

Page *lead_page(App *app, const Referral *referral, int width, LeadLayout layout)
{
    Page *page = page_new(width);
    if (layout == LEAD_WIDE && width >= 88)
        lay_wide(app, page, referral);
    else if (layout == LEAD_BRIEF || width < 40)
        lay_brief(app, page, referral);
    else
        lay_column(app, page, referral);
    return page;
}
