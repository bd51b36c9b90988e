/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to what is not sent yet: again, otherwise, or not at all. And changes of the own profile and notes. */
#include "clipboard.h"
#include "handlers.h"
#include "outbox.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/overlay.h"

#include <inttypes.h>
#include <string.h>

/* ---- again */

static const char *sending_words(App *app)
{
    ClientPhase phase = client_status(app->client)->phase;
    return phase == PHASE_LIVE || phase == PHASE_SYNCING ? _("Sending it now.")
           : phase == PHASE_DISABLED ? _("It is sent when you are online again: type :online")
                                     : _("It is sent as soon as the server answers.");
}

void run_retry(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    bool back = outbox_shows_dropped(app);
    if (!(back ? client_take_back : client_retry)(app->client, &target.item, &error))
        app_complain_error(app, error);
    else
        app_say(app, "%s", back ? _("It is in the outbox again.") : sending_words(app));
    if (back)
        app_view(app)->ops->show(app_view(app));
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS | DIRTY_TITLE);
}

void run_retry_all(App *app, const char *args)
{
    guint n = 0;
    g_autoptr(GError) error = NULL;
    if (!client_retry_all(app->client, &n, &error))
        app_complain_error(app, error);
    else
        app_say(app, "%s", n ? sending_words(app) : _("The outbox is empty."));
}

void run_dropped(App *app, const char *args)
{
    outbox_show_dropped(app, !outbox_shows_dropped(app));
}

/* ---- in conflict */

static void say_kept(App *app, bool ok, ChangeSide side, const GError *error)
{
    if (!ok)
        app_complain_error(app, error);
    else if (side == KEEP_MINE)
        app_say(app, "%s", sending_words(app));
    else
        app_say(app, "%s", _("What is there stays. Yours is among what was dropped."));
}

static void keep(App *app, const char *field, ChangeSide side)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    bool ok = client_keep(app->client, &target.item, *field ? field : NULL, side, &error);
    say_kept(app, ok, side, error);
}

void run_keep_mine(App *app, const char *args)
{
    keep(app, args, KEEP_MINE);
}

void run_keep_theirs(App *app, const char *args)
{
    keep(app, args, KEEP_THEIRS);
}

/* One line of choices a field: a table of its own, made of the conflicts. */
typedef struct Decision {
    Uuid op;
    GPtrArray *conflicts; /* ChangeConflict * */
    int *sides;           /* ChangeSide, of each */
    Field *fields;
    EnumValue (*values)[2];
    EnumTable *tables;
    FieldTable table;
} Decision;

static void decision_free(gpointer data)
{
    Decision *decision = data;
    for (guint i = 0; i < decision->conflicts->len; i++)
        for (int side = 0; side < 2; side++)
            g_free((char *)decision->values[i][side].label);
    g_ptr_array_unref(decision->conflicts);
    g_free(decision->sides);
    g_free(decision->fields);
    g_free(decision->values);
    g_free(decision->tables);
    g_free(decision);
}

static char *side_label(const char *format, const char *value)
{
    g_autofree char *clean = text_clean(value, -1, TEXT_LINE);
    return g_strdup_printf(format, *clean ? clean : "-");
}

static Decision *decision_new(const OutboxItem *item)
{
    Decision *decision = g_new0(Decision, 1);
    decision->op = item->op;
    decision->conflicts = change_conflicts(item);
    guint n = decision->conflicts->len;
    decision->sides = g_new(int, n);
    decision->fields = g_new0(Field, n);
    decision->values = g_malloc0_n(n, sizeof *decision->values);
    decision->tables = g_new0(EnumTable, n);
    for (guint i = 0; i < n; i++) {
        const ChangeConflict *one = decision->conflicts->pdata[i];
        decision->sides[i] = KEEP_MINE;
        decision->values[i][0] = (EnumValue){ KEEP_MINE, "mine",
                                              side_label(_("yours: %s"), one->mine) };
        decision->values[i][1] = (EnumValue){ KEEP_THEIRS, "theirs",
                                              side_label(_("there: %s"), one->theirs) };
        decision->tables[i] = (EnumTable){ one->path, decision->values[i], 2 };
        decision->fields[i] = (Field){ .name = one->path,
                                       .type = FIELD_ENUM,
                                       .offset = i * sizeof(int),
                                       .label = one->label,
                                       .values = &decision->tables[i] };
    }
    decision->table = (FieldTable){ "decision", n * sizeof(int), decision->fields, n };
    return decision;
}

static DialogAnswer decide_done(App *app, Dialog *dialog)
{
    Decision *decision = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    g_autoptr(GError) error = NULL;
    form_store(dialog_form(dialog), decision->sides, &row, &complaint);
    bool ok = true;
    /* What is given up first: the last one that is mine sends it. */
    for (int pass = 0; ok && pass < 2; pass++)
        for (guint i = 0; ok && i < decision->conflicts->len; i++) {
            const ChangeConflict *one = decision->conflicts->pdata[i];
            ChangeSide side = (ChangeSide)decision->sides[i];
            if ((side == KEEP_THEIRS) == (pass == 0))
                ok = client_keep(app->client, &decision->op, one->path, side, &error);
        }
    bool mine = false;
    for (guint i = 0; i < decision->conflicts->len; i++)
        mine |= decision->sides[i] == KEEP_MINE;
    say_kept(app, ok, mine ? KEEP_MINE : KEEP_THEIRS, error);
    return DIALOG_CLOSE;
}

static void decide_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_NORMAL,
              _("Space changes between yours and what is there; then y sends what you chose."));
}

void outbox_decide(App *app, const OutboxItem *item)
{
    Decision *decision = decision_new(item);
    guint n = decision->conflicts->len;
    g_autofree const char **names = g_new0(const char *, n + 1);
    for (guint i = 0; i < n; i++)
        names[i] = decision->fields[i].name;
    DialogSpec spec = {
        .title = _("Yours, or what is there?"),
        .text = decide_text,
        .form = form_new(&decision->table, decision->sides, names),
        .yes = _("Choose"),
        .no = _("Later"),
        .start_at_form = true,
        .done = decide_done,
        .data = decision,
        .free_data = decision_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- otherwise: a form of the fields that the item's kind has */

typedef struct Editing {
    Uuid op;
    OutboxKind kind;
    void *object, *before;
    Field *fields;
    guint n;
    FieldTable table;
    bool is_new; /* a change that is not in the outbox yet */
} Editing;

static void editing_free(gpointer data)
{
    Editing *editing = data;
    const FieldTable *table = change_kind(editing->kind)->input;
    fields_clear(table, editing->object);
    fields_clear(table, editing->before);
    g_free(editing->object);
    g_free(editing->before);
    g_free(editing->fields);
    g_free(editing);
}

/* object is copied. */
static Editing *editing_new(OutboxKind kind, const void *object)
{
    const ChangeKind *row = change_kind(kind);
    Editing *editing = g_new0(Editing, 1);
    editing->kind = kind;
    editing->object = g_malloc0(row->input->size);
    editing->before = g_malloc0(row->input->size);
    fields_copy(row->input, editing->object, object);
    fields_copy(row->input, editing->before, object);
    editing->fields = g_new0(Field, g_strv_length((char **)row->names));
    for (const char *const *name = row->names; *name; name++)
        if (change_field(kind, *name, &editing->fields[editing->n]))
            editing->n++;
    editing->table = (FieldTable){ row->input->name, row->input->size, editing->fields,
                                   editing->n };
    return editing;
}

/* A line of a form has no line feeds: a text that nobody touched keeps its own. */
static void keep_untouched(const Editing *editing)
{
    for (guint i = 0; i < editing->n; i++) {
        const Field *field = &editing->fields[i];
        if (field->type != FIELD_TEXT)
            continue;
        g_autofree char *before = text_clean(*(char **)field_at(field, editing->before), -1,
                                             TEXT_LINE);
        const char *now = *(char **)field_at(field, editing->object);
        if (g_strcmp0(now ? now : "", before) == 0)
            field_copy(field, editing->object, editing->before);
    }
}

static bool store_edited(App *app, const Editing *editing, GError **error)
{
    if (!editing->is_new)
        return client_edit(app->client, &editing->op, editing->object, error);
    if (editing->kind == OUTBOX_PROFILE)
        return client_change_profile(app->client, editing->object, error);
    const Note *note = editing->object;
    return client_note(app->client, &note->referral, note, error);
}

static DialogAnswer edit_done(App *app, Dialog *dialog)
{
    Editing *editing = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, editing->object))
        return DIALOG_KEEP;
    keep_untouched(editing);
    if (!store_edited(app, editing, &error)) {
        g_autofree char *words = problem_words(error);
        dialog_complain(dialog, 0, words);
        return DIALOG_KEEP;
    }
    app_say(app, "%s", editing->is_new ? _("Changed. It is in the outbox.") : _("Changed."));
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
    return DIALOG_CLOSE;
}

static void ask_edit(App *app, Editing *editing, const char *title, const char *note)
{
    g_autofree const char **names = g_new0(const char *, editing->n + 1);
    for (guint i = 0; i < editing->n; i++)
        names[i] = editing->fields[i].name;
    DialogSpec spec = {
        .title = title,
        .form = form_new(&editing->table, editing->object, names),
        .yes = _("Change"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = note,
        .done = edit_done,
        .data = editing,
        .free_data = editing_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_edit_item(App *app, const char *args)
{
    const OutboxItem *item = outbox_current(app);
    const ChangeKind *kind = item ? change_kind(item->kind) : NULL;
    if (!kind || !kind->names) {
        app_say(app, "%s", _("There is nothing to change in it: send it, or drop it."));
        return;
    }
    g_autofree void *object = g_malloc0(kind->input->size);
    if (!change_read(item, object)) {
        fields_clear(kind->input, object);
        app_complain(app, "%s", _("It cannot be read any more: drop it, and do it again."));
        return;
    }
    Editing *editing = editing_new(item->kind, object);
    fields_clear(kind->input, object);
    editing->op = item->op;
    ask_edit(app, editing, _("Change what will be sent"),
             item->attempts > 0 ? _("It was tried already: this goes as another request.") : NULL);
}

void run_profile(App *app, const char *args)
{
    Account account = { 0 };
    g_autoptr(GError) error = NULL;
    if (!client_read_profile(app->client, &account, &error)) {
        app_complain_error(app, error);
        return;
    }
    Editing *editing = editing_new(OUTBOX_PROFILE, &account);
    fields_clear(&account_fields, &account);
    editing->is_new = true;
    ask_edit(app, editing, _("You, as your partners see you"), NULL);
}

/* The last note, or the one of that number. */
void run_edit_note(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(app->client), &target.lead, &error);
    guint64 n = notes ? notes->len : 0;
    if (notes && *args && !g_ascii_string_to_unsigned(args, 10, 1, n, &n, NULL))
        n = 0;
    if (n == 0) {
        app_complain(app, "%s",
                     *args ? _("There is no note of that number.")
                           : _("There is no note to change yet: e writes one."));
        return;
    }
    Note *note = notes->pdata[n - 1];
    note->referral = target.lead;
    Editing *editing = editing_new(OUTBOX_NOTE, note);
    editing->is_new = true;
    ask_edit(app, editing, _("Change a note"), _("Only you see your notes."));
}

/* ---- the words of it */

void run_copy_item(App *app, const char *args)
{
    const OutboxItem *item = outbox_current(app);
    g_autofree char *words = item ? outbox_words(item) : NULL;
    if (!words || !*words) {
        app_say(app, "%s", _("There are no words in it to copy."));
        return;
    }
    g_autofree char *clean = text_clean(words, -1, TEXT_MULTILINE);
    clipboard_copy(app, clean, _("What you wrote"));
}

/* Both steps are durable, and in this order: at worst the words are there twice. */
void run_as_note(App *app, const char *args)
{
    const OutboxItem *item = outbox_current(app);
    g_autofree char *words = item ? outbox_words(item) : NULL;
    g_autoptr(GError) error = NULL;
    if (!words || !*words || item->kind == OUTBOX_NOTE) {
        app_say(app, "%s", _("There are no words in it that could be a note."));
        return;
    }
    Uuid op = item->op, lead = item->object;
    bool dropped = outbox_shows_dropped(app);
    Note note = { .text = words };
    if (!client_note(app->client, &lead, &note, &error) ||
        (!dropped && !client_drop(app->client, &op, _("kept as a note"), &error)))
        app_complain_error(app, error);
    else
        app_say(app, "%s", _("Kept as a note of your own on this lead."));
}

/* ---- not at all */

typedef struct Drop {
    char *word, *reason;
    Uuid op;
    bool all;
    gint64 n;
} Drop;

/* What must be typed to lose everything. */
#define DROP_WORD "drop"

static const Field drop_rows[] = {
    { "word", FIELD_TEXT, offsetof(Drop, word), .max = 20, .label = N_("Type \"drop\"") },
    { "reason", FIELD_TEXT, offsetof(Drop, reason), FIELD_REQUIRED, .max = 200,
      .label = N_("Reason") },
};
static const FieldTable drop_fields = FIELD_TABLE("drop", Drop, drop_rows);

static void drop_free(gpointer data)
{
    fields_clear(&drop_fields, data);
    g_free(data);
}

static void drop_text(Dialog *dialog, Page *page)
{
    const Drop *drop = dialog_data(dialog);
    if (drop->all)
        page_format(page, ROLE_ALERT,
                    ngettext("%" PRId64 " action is thrown away unsent.",
                             "%" PRId64 " actions are thrown away unsent.", (gulong)drop->n),
                    drop->n);
    page_text(page, ROLE_NORMAL,
              _("It will not be sent, and the lead here is as if you had not done it. It stays "
                "among what was dropped for 90 days, with your reason."));
}

static DialogAnswer drop_done(App *app, Dialog *dialog)
{
    Drop *drop = dialog_data(dialog);
    guint n = 0;
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, drop))
        return DIALOG_KEEP;
    if (drop->all && g_strcmp0(drop->word, DROP_WORD) != 0) {
        dialog_complain(dialog, 0,
                        _("Type the word drop to throw all of it away, or press Esc to keep it."));
        return DIALOG_KEEP;
    }
    bool ok = drop->all ? client_drop_all(app->client, drop->reason, &n, &error)
                        : client_drop(app->client, &drop->op, drop->reason, &error);
    if (ok)
        app_say(app, "%s", _("Dropped. It is not sent."));
    else
        app_complain_error(app, error);
    return DIALOG_CLOSE;
}

static void ask_drop(App *app, Drop *drop)
{
    static const char *const names[] = { "word", "reason", NULL };
    DialogSpec spec = {
        .title = drop->all ? _("Drop the whole outbox?") : _("Drop this unsent?"),
        .text = drop_text,
        .form = form_new(&drop_fields, drop, drop->all ? names : names + 1),
        .yes = _("Drop"),
        .no = _("Keep"),
        .start_at_form = true,
        .done = drop_done,
        .data = drop,
        .free_data = drop_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_drop(App *app, const char *args)
{
    Drop *drop = g_new0(Drop, 1);
    drop->op = app_target(app).item;
    ask_drop(app, drop);
}

void run_drop_all(App *app, const char *args)
{
    Drop *drop = g_new0(Drop, 1);
    drop->all = true;
    drop->n = outbox_all(&client_status(app->client)->outbox);
    if (drop->n > 0) {
        ask_drop(app, drop);
        return;
    }
    app_say(app, "%s", _("The outbox is empty."));
    drop_free(drop);
}
