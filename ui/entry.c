/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "entry.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/fuzzy.h"
#include "edit.h"
#include "model/business_type.h"

#include <string.h>

#define CANDIDATES 9

typedef struct EntrySlot {
    Edit *edit;
    Uuid account; /* the member that was taken; nil: none */
} EntrySlot;

typedef struct EntryPerson {
    Uuid account;
    char *name, *about; /* clean */
} EntryPerson;

struct Entry {
    const EntrySpec *spec;
    EntrySlot slots[ENTRY_FIELDS];
    int at;
    GArray *people; /* EntryPerson */
    Fuzzy *fuzzy;
    GArray *hits; /* FuzzyHit, of what is typed in the field at hand; NULL: none of members */
    guint hit;
    char *complaint;
};

static void person_clear(gpointer data)
{
    EntryPerson *person = data;
    g_free(person->name);
    g_free(person->about);
}

static const EntryField *field_of(const Entry *entry)
{
    return &entry->spec->fields[entry->at];
}

static bool is_of_members(const EntryField *field)
{
    return field->part != ENTRY_WORDS;
}

static void search(Entry *entry)
{
    g_clear_pointer(&entry->hits, g_array_unref);
    entry->hit = 0;
    if (is_of_members(field_of(entry)))
        entry->hits = fuzzy_search(entry->fuzzy, edit_text(entry->slots[entry->at].edit));
}

static void add_person(Entry *entry, const MeetingMember *member)
{
    EntryPerson person = { .account = member->account };
    g_autofree char *company = text_clean(member->company, -1, TEXT_LINE);
    const char *trade = business_type_label(member->trade);
    person.name = text_clean(member->name, -1, TEXT_LINE);
    person.about = g_strdup(*company ? company : trade);
    const char *fields[FUZZY_FIELDS] = { person.name, company, trade };
    fuzzy_add(entry->fuzzy, fields);
    g_array_append_val(entry->people, person);
}

Entry *entry_new(const EntrySpec *spec, const MeetingBook *book)
{
    Entry *entry = g_new0(Entry, 1);
    entry->spec = spec;
    entry->people = g_array_new(false, false, sizeof(EntryPerson));
    g_array_set_clear_func(entry->people, person_clear);
    entry->fuzzy = fuzzy_new();
    for (guint i = 0; i < book->members->len; i++)
        add_person(entry, book->members->pdata[i]);
    for (int i = 0; i < spec->n_fields; i++)
        entry->slots[i].edit = edit_new("", spec->fields[i].max, false);
    search(entry);
    return entry;
}

void entry_free(Entry *entry)
{
    if (!entry)
        return;
    for (int i = 0; i < entry->spec->n_fields; i++)
        edit_free(entry->slots[i].edit);
    g_array_unref(entry->people);
    fuzzy_free(entry->fuzzy);
    if (entry->hits)
        g_array_unref(entry->hits);
    g_free(entry->complaint);
    g_free(entry);
}

const EntrySpec *entry_spec(const Entry *entry)
{
    return entry->spec;
}

Uuid entry_account(const Entry *entry, int field)
{
    return entry->slots[field].account;
}

const char *entry_text(const Entry *entry, int field)
{
    return edit_text(entry->slots[field].edit);
}

void entry_set(Entry *entry, int field, const char *text, const Uuid *account)
{
    entry->slots[field].account = account ? *account : (Uuid){ 0 };
    edit_set_text(entry->slots[field].edit, text, false);
    search(entry);
}

void entry_again(Entry *entry)
{
    for (int i = 0; i < entry->spec->n_fields; i++)
        entry_set(entry, i, "", NULL);
    entry->at = 0;
    search(entry);
}

void entry_complain(Entry *entry, int field, const char *text)
{
    entry->at = CLAMP(field, 0, entry->spec->n_fields - 1);
    search(entry);
    g_free(entry->complaint);
    entry->complaint = text_clean(text, -1, TEXT_LINE);
}

/* ---- from field to field */

/* As typed is the line after the members that fit. */
static guint n_candidates(const Entry *entry)
{
    bool named = field_of(entry)->part == ENTRY_MEMBER_OR_NAME && *entry_text(entry, entry->at);
    return (entry->hits ? entry->hits->len : 0) + named;
}

static const EntryPerson *candidate(const Entry *entry, guint n)
{
    if (!entry->hits || n >= entry->hits->len)
        return NULL;
    return &g_array_index(entry->people, EntryPerson, g_array_index(entry->hits, FuzzyHit, n).item);
}

/* Takes the one that is marked. False: nobody fits, or something is missing. */
static bool take(Entry *entry)
{
    const EntryField *field = field_of(entry);
    EntrySlot *slot = &entry->slots[entry->at];
    const EntryPerson *person = candidate(entry, entry->hit);
    bool empty = *edit_text(slot->edit) == '\0';
    if (empty && field->optional) {
        slot->account = (Uuid){ 0 };
        return true;
    }
    if (empty) {
        g_autofree char *text = g_strdup_printf(_("%s is missing"), _(field->label));
        entry_complain(entry, entry->at, text);
        return false;
    }
    if (!is_of_members(field) || !uuid_is_nil(&slot->account))
        return true;
    if (person) {
        edit_set_text(slot->edit, person->name, false);
        slot->account = person->account;
        return true;
    }
    if (field->part == ENTRY_MEMBER_OR_NAME)
        return true;
    entry_complain(entry, entry->at, _("Nobody of the group fits that."));
    return false;
}

static EntryStep forward(Entry *entry, bool enter)
{
    if (!take(entry))
        return ENTRY_GOES_ON;
    if (entry->at + 1 < entry->spec->n_fields)
        entry->at++;
    else if (enter)
        return ENTRY_IS_DONE;
    search(entry);
    return ENTRY_GOES_ON;
}

static void choose(Entry *entry, int step)
{
    guint n = n_candidates(entry);
    if (n > 0 && uuid_is_nil(&entry->slots[entry->at].account))
        entry->hit = (entry->hit + n + (guint)(step + (int)n)) % n;
}

static void typed(Entry *entry)
{
    entry->slots[entry->at].account = (Uuid){ 0 };
    search(entry);
}

EntryStep entry_key(Entry *entry, Key key)
{
    g_clear_pointer(&entry->complaint, g_free);
    switch (key) {
    case K_ESC:
    case KEY_CTRL('G'):
        return ENTRY_IS_LEFT;
    case K_TAB:
        return forward(entry, false);
    case K_ENTER:
        return forward(entry, true);
    case K_BACKTAB:
        entry->at = MAX(0, entry->at - 1);
        search(entry);
        return ENTRY_GOES_ON;
    case K_UP:
        choose(entry, -1);
        return ENTRY_GOES_ON;
    case K_DOWN:
        choose(entry, 1);
        return ENTRY_GOES_ON;
    default:
        break;
    }
    g_autofree char *before = g_strdup(entry_text(entry, entry->at));
    if (edit_key(entry->slots[entry->at].edit, key) &&
        strcmp(before, entry_text(entry, entry->at)) != 0)
        typed(entry);
    return ENTRY_GOES_ON;
}

void entry_paste(Entry *entry, const char *text)
{
    edit_insert(entry->slots[entry->at].edit, text);
    typed(entry);
}

/* ---- drawing: a rule with the title, the fields, then who fits */

static int label_width(const Entry *entry, int field)
{
    return text_width(_(entry->spec->fields[field].label)) + 1;
}

/* Fields share a line, the words take what is left of it. */
static int field_width(const Entry *entry, int field, int width)
{
    int labels = 0, n = entry->spec->n_fields, weights = 0;
    for (int i = 0; i < n; i++) {
        labels += label_width(entry, i) + (i > 0 ? 2 : 0);
        weights += is_of_members(&entry->spec->fields[i]) ? 2 : 3;
    }
    int weight = is_of_members(&entry->spec->fields[field]) ? 2 : 3;
    return MAX(6, (width - labels) * weight / MAX(1, weights));
}

static void draw_fields(Entry *entry, Rect rect, int line)
{
    int col = 1;
    for (int i = 0; i < entry->spec->n_fields && col < rect.w; i++) {
        int width = field_width(entry, i, rect.w - 2);
        bool on = i == entry->at;
        col = draw_format(rect, line, col, on ? ROLE_HEADING : ROLE_LABEL, "%s ",
                          _(entry->spec->fields[i].label));
        if (on)
            col += width; /* drawn last: the terminal's cursor stays there */
        else
            col = draw_field(rect, line, col, MIN(width, rect.w - col), ROLE_FIELD,
                             entry_text(entry, i));
        if (i + 1 < entry->spec->n_fields)
            col = draw_text(rect, line, col, ROLE_NORMAL, "  ");
    }
    draw_rest(rect, line, col, ROLE_NORMAL);
    col = 1;
    for (int i = 0; i <= entry->at; i++) {
        col += label_width(entry, i);
        if (i < entry->at)
            col += field_width(entry, i, rect.w - 2) + 2;
    }
    edit_draw(entry->slots[entry->at].edit, rect, line, col,
              MIN(field_width(entry, entry->at, rect.w - 2), MAX(1, rect.w - col)), true);
}

static int draw_candidate(const Entry *entry, Rect rect, int line, int col, guint n)
{
    const EntryPerson *person = candidate(entry, n);
    bool on = n == entry->hit;
    g_autofree char *text = !person ? g_strdup_printf(_("\"%s\" as typed"),
                                                      entry_text(entry, entry->at))
                            : *person->about
                                ? g_strdup_printf("%s, %s", person->name, person->about)
                                : g_strdup(person->name);
    col = draw_text(rect, line, col, on ? ROLE_CURSOR : ROLE_NORMAL, on ? ">" : " ");
    col = draw_text(rect, line, col, on ? ROLE_CURSOR : ROLE_NORMAL, text);
    return draw_text(rect, line, col, ROLE_NORMAL, "  ");
}

static void draw_candidates(const Entry *entry, Rect rect, int line)
{
    int col = 0;
    draw_rest(rect, line, 0, ROLE_NORMAL);
    draw_rest(rect, line + 1, 0, ROLE_NORMAL);
    if (entry->complaint) {
        draw_text(rect, line, 1, ROLE_ERROR, entry->complaint);
        return;
    }
    bool open = is_of_members(field_of(entry)) && *entry_text(entry, entry->at) &&
                uuid_is_nil(&entry->slots[entry->at].account);
    if (!open) {
        draw_text(rect, line, 1, ROLE_LABEL,
                  entry->at + 1 < entry->spec->n_fields ? _("Tab goes on, Esc ends")
                                                        : _("Enter enters it, Esc ends"));
        return;
    }
    guint n = n_candidates(entry), first = entry->hit >= 3 ? entry->hit - 2 : 0;
    for (guint i = first; i < n && i < first + CANDIDATES && col < rect.w; i++)
        col = draw_candidate(entry, rect, line, col, i);
    if (n == 0)
        draw_text(rect, line, 1, ROLE_ERROR, _("Nobody of the group fits that."));
}

void entry_draw(Entry *entry, Rect rect)
{
    draw_fill(rect, ROLE_NORMAL);
    draw_hline(rect, 0, ROLE_BORDER);
    draw_format(rect, 0, 1, ROLE_HEADING, " %s ", _(entry->spec->title));
    draw_candidates(entry, rect, 2);
    draw_fields(entry, rect, 1);
}
