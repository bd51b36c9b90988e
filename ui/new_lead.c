/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "new_lead.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/phone.h"
#include "base/text.h"
#include "client/card.h"
#include "draft.h"
#include "editor.h"
#include "handlers.h"
#include "lead_page.h"
#include "new_lead_private.h"
#include "program.h"

#include <string.h>

#define PAGE_STOPS 8
#define UNDO_MAX 50

/* ---- what is asked, in words */

/* Where the field's own label says too little. */
static const struct {
    const char *path, *question;
} questions[] = {
    { "known_and_spoken", N_("Do you know them, and have you spoken?") },
    { "permission/given", N_("Have they agreed to be contacted?") },
    { "permission/method", N_("How did they agree?") },
    { "permission/at", N_("When?") },
    { "permission/channels", N_("How may they be contacted?") },
    { "permission/wording", N_("What was agreed, in words?") },
    { "type", N_("What kind of lead?") },
    { "need", N_("What do they need?") },
};

static void set_questions(Form *form)
{
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        int row = form_row_of(form, questions[i].path);
        if (row >= 0)
            form_set_label(form, row, _(questions[i].question));
    }
}

/* ---- the stops of the focus */

int new_lead_row_stop(int row)
{
    return SLIP_RECIPIENTS + row;
}

int new_lead_stops(const NewLead *lead)
{
    return SLIP_RECIPIENTS + form_rows(lead->form) + 2;
}

Stop new_lead_stop(const NewLead *lead, int focus)
{
    int rows = form_rows(lead->form);
    if (focus < SLIP_RECIPIENTS)
        return (Stop){ STOP_TO, focus };
    if (focus < SLIP_RECIPIENTS + rows)
        return (Stop){ STOP_ROW, focus - SLIP_RECIPIENTS };
    return (Stop){ focus == SLIP_RECIPIENTS + rows ? STOP_SEND : STOP_KEEP, 0 };
}

static void go_to(NewLead *lead, int focus)
{
    Stop stop = new_lead_stop(lead, lead->focus);
    if (stop.kind == STOP_ROW)
        lead->seen[stop.index] = true;
    lead->focus = focus;
    lead->follow = true;
    app_dirty(lead->view.app, DIRTY_BODY | DIRTY_FOOTER);
}

/* ---- what is wrong with it */

static char *pointer_of(const NewLead *lead, int row)
{
    return g_strconcat("#/", slip_paths()[row], NULL);
}

char *new_lead_complaint(const NewLead *lead, int row)
{
    g_autofree char *pointer = pointer_of(lead, row);
    const FieldError *error = field_errors_find(&lead->errors, pointer);
    bool here = lead->focus == new_lead_row_stop(row);
    bool missing = error && strcmp(error->code, "required") == 0;
    if (!error || !(lead->tried || (lead->seen[row] && !missing && !here)))
        return NULL;
    if (missing && strcmp(pointer, "#/contact/phone_1") == 0)
        return g_strdup(_("A phone number or an e-mail address is needed."));
    if (missing && strcmp(pointer, "#/permission/given") == 0)
        return g_strdup(_("They must have agreed: else it is no lead."));
    if (missing && strcmp(pointer, "#/need") == 0)
        return g_strdup(_("What they need must be said."));
    if (strcmp(pointer, "#/permission/at") == 0)
        return g_strdup(_("Write a day like 2026-11-24."));
    return form_words(lead->form, row, error->code, error->detail);
}

/* The same contact went to the same partner lately? */
static void look_for_twins(NewLead *lead)
{
    Cache *cache = client_cache(lead->view.app->client);
    for (int i = 0; i < SLIP_RECIPIENTS; i++) {
        NewReferral input;
        lead->twin[i] = (Uuid){ 0 };
        slip_input(lead->slip, i, &input, NULL);
        if (slip_has_to(lead->slip, i))
            cache_twin(cache, &input, clock_now() - DUPLICATE_WINDOW, &lead->twin[i], NULL);
        fields_clear(&new_referral_fields, &input);
    }
}

static void check(NewLead *lead)
{
    NewReferral input;
    field_errors_clear(&lead->errors);
    field_errors_init(&lead->errors);
    slip_input(lead->slip, 0, &input, &lead->errors);
    fields_clear(&new_referral_fields, &input);
    look_for_twins(lead);
}

/* ---- what is typed is kept */

static void keep_now(NewLead *lead)
{
    g_clear_handle_id(&lead->saver, g_source_remove);
    if (!lead->slip)
        return;
    g_autofree char *key = slip_key(lead->slip);
    lead->slip->saved_at = clock_now();
    g_autofree char *text = slip_is_empty(lead->slip) ? NULL : slip_print(lead->slip);
    draft_save(lead->view.app, key, text);
}

static gboolean on_idle(gpointer data)
{
    NewLead *lead = data;
    lead->saver = 0;
    keep_now(lead);
    app_dirty(lead->view.app, DIRTY_STATUS);
    return G_SOURCE_REMOVE;
}

/* One row of one table, once a turn of the loop, when all that was typed is on the screen. */
static void changed(NewLead *lead)
{
    check(lead);
    if (!lead->saver)
        lead->saver = g_idle_add_full(G_PRIORITY_LOW, on_idle, lead, NULL);
    app_dirty(lead->view.app, DIRTY_BODY | DIRTY_STATUS);
}

static void form_from_slip(NewLead *lead)
{
    for (int i = 0; i < form_rows(lead->form); i++)
        form_set_value(lead->form, i, slip_get(lead->slip, slip_paths()[i]));
}

static void row_changed(NewLead *lead, int row)
{
    g_autofree char *text = form_value(lead->form, row);
    const char *path = slip_paths()[row];
    slip_set(lead->slip, path, text);
    /* Who agrees now most likely agreed today. */
    int when = form_row_of(lead->form, "permission/at");
    if (strcmp(path, "permission/given") == 0 && *text && !*form_text(lead->form, when)) {
        g_autoptr(GDateTime) day = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
        g_autofree char *today = g_date_time_format(day, "%Y-%m-%d");
        form_set_value(lead->form, when, today);
        slip_set(lead->slip, "permission/at", today);
    }
    changed(lead);
}

/* ---- from one lead to the next */

/* What is being written stays in the store; the view lets go of it. */
static void let_go(NewLead *lead)
{
    if (lead->slip) {
        lead->slip->open = false;
        keep_now(lead);
    }
    g_clear_pointer(&lead->picker, picker_free);
    g_clear_pointer(&lead->form, form_free);
    g_clear_pointer(&lead->seen, g_free);
    g_clear_pointer(&lead->slip, slip_free);
    g_ptr_array_set_size(lead->undo, 0);
}

static void undo_free(gpointer slip)
{
    slip_free(slip);
}

/* What an editor has saved when leadline died is the later word. */
static char *edit_name(const Slip *slip, const char *path)
{
    g_autofree char *key = slip_key(slip);
    return g_strconcat(key, ":", path, NULL);
}

static void take_left_over(NewLead *lead)
{
    for (int i = 0; i < form_rows(lead->form); i++) {
        const char *path = slip_paths()[i];
        g_autofree char *name = edit_name(lead->slip, path);
        g_autofree char *left = form_is_long(lead->form, i) ? editor_left_over(lead->view.app, name)
                                                            : NULL;
        if (left)
            slip_set(lead->slip, path, left);
    }
}

void new_lead_open(NewLead *lead, Slip *slip)
{
    let_go(lead);
    phone_load();
    lead->slip = slip;
    slip->open = true;
    lead->form = form_new(&new_referral_fields, NULL, slip_paths());
    set_questions(lead->form);
    lead->seen = g_new0(bool, form_rows(lead->form));
    lead->tried = false;
    take_left_over(lead);
    form_from_slip(lead);
    lead->focus = slip_has_to(slip, 0) ? new_lead_row_stop(0) : 0;
    lead->top = 0;
    lead->follow = true;
    lead->view.ops = &new_lead_view;
    check(lead);
    app_dirty(lead->view.app, DIRTY_ALL);
}

/* ---- choosing the recipient */

static const ViewOps pick_view;

static void pick(NewLead *lead, int which)
{
    const SlipTo *other = &lead->slip->to[1 - which];
    g_clear_pointer(&lead->picker, picker_free);
    lead->picker = picker_new(lead->view.app,
                              uuid_is_nil(&other->account) ? NULL : &other->account);
    if (!lead->picker)
        return;
    lead->picking = which;
    lead->view.ops = &pick_view;
    app_dirty(lead->view.app, DIRTY_ALL);
}

static void back_to_form(NewLead *lead)
{
    g_clear_pointer(&lead->picker, picker_free);
    lead->view.ops = &new_lead_view;
    lead->follow = true;
    app_dirty(lead->view.app, DIRTY_ALL);
}

void new_lead_begin(NewLead *lead)
{
    new_lead_open(lead, slip_new());
    pick(lead, 0);
}

/* Somebody without an account (R116). */
static void outside_free(gpointer data)
{
    fields_clear(&outside_fields, data);
    g_free(data);
}

static NewLead *current(App *app)
{
    View *view = app->view == VIEW_NEW ? app->views[VIEW_NEW] : NULL;
    NewLead *lead = (NewLead *)view;
    return lead && lead->slip ? lead : NULL;
}

static void chosen(NewLead *lead, const Uuid *account, const char *name, const char *email)
{
    int which = lead->picking;
    slip_set_to(lead->slip, which, account, name, email);
    back_to_form(lead);
    if (lead->focus < SLIP_RECIPIENTS)
        go_to(lead, which == 0 ? new_lead_row_stop(0) : which);
    changed(lead);
}

static DialogAnswer outside_done(App *app, Dialog *dialog)
{
    Outside *outside = dialog_data(dialog);
    NewLead *lead = current(app);
    g_autofree char *complaint = NULL;
    int row;
    if (!form_store(dialog_form(dialog), outside, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    if (lead && lead->picker)
        chosen(lead, NULL, outside->name, outside->email);
    return DIALOG_CLOSE;
}

static void ask_outside(NewLead *lead)
{
    static const char *const names[] = { "name", "email", NULL };
    Outside *outside = g_new0(Outside, 1);
    outside->email = g_strdup(picker_typed(lead->picker));
    DialogSpec spec = {
        .title = _("Somebody outside the network"),
        .form = form_new(&outside_fields, outside, names),
        .yes = _("Choose"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = _("The lead goes to them by e-mail, with a link."),
        .done = outside_done,
        .data = outside,
        .free_data = outside_free,
    };
    app_ask(lead->view.app, dialog_new(&spec));
}

static void pick_open(View *view)
{
    NewLead *lead = (NewLead *)view;
    const Partner *partner = picker_chosen(lead->picker);
    if (partner)
        chosen(lead, &partner->account, partner->name, NULL);
    else
        ask_outside(lead);
}

static bool pick_key(View *view, Key key)
{
    return picker_key(((NewLead *)view)->picker, key);
}

static void pick_moved(View *view, Move move)
{
    picker_move(((NewLead *)view)->picker, move);
}

static void pick_paste(View *view, const char *text)
{
    picker_paste(((NewLead *)view)->picker, text);
}

static void pick_draw(View *view, bool all)
{
    draw_fill(view->body, ROLE_NORMAL);
    picker_draw(((NewLead *)view)->picker,
                rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h));
}

static bool pick_abort(View *view)
{
    back_to_form((NewLead *)view);
    return true;
}

static void pick_status(View *view, GString *out)
{
    NewLead *lead = (NewLead *)view;
    guint of;
    guint n = picker_found(lead->picker, &of);
    g_string_append_printf(
        out, lead->picking ? _("Who else shall get it?  %u of %u") : _("Who is it for?  %u of %u"),
        n, of);
}

static bool always(const View *view)
{
    return true;
}

/* ---- filling it from a card */

static void remember(NewLead *lead)
{
    g_ptr_array_add(lead->undo, slip_copy(lead->slip));
    if (lead->undo->len > UNDO_MAX)
        g_ptr_array_remove_index(lead->undo, 0);
}

static char *labels_of(const char **names)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; names[i]; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "",
                               _(field_find(&contact_fields, names[i])->label));
    return g_string_free(out, FALSE);
}

static void fill(NewLead *lead, GPtrArray *contacts)
{
    App *app = lead->view.app;
    NewReferral input;
    slip_input(lead->slip, 0, &input, NULL);
    g_autofree const char **filled = card_fill(&input.contact, contacts->pdata[0]);
    g_autofree char *labels = labels_of(filled);
    g_autofree char *undo = keymap_key_of(app->keymap, app_view_contexts(app), "undo", NULL);
    if (filled[0]) {
        remember(lead);
        slip_take_contact(lead->slip, &input.contact);
        form_from_slip(lead);
        changed(lead);
        app_say(app,
                contacts->len > 1 ? _("Filled from the first card: %s. %s undoes.")
                                  : _("Filled: %s. %s undoes."),
                labels, undo);
    } else {
        app_say(app, "%s", _("The form has all of that already."));
    }
    fields_clear(&new_referral_fields, &input);
}

/* A card, or lines that say who somebody is: not what belongs into the field at hand. */
static bool is_card(const NewLead *lead, const char *text, GPtrArray *contacts)
{
    Stop stop = new_lead_stop(lead, lead->focus);
    bool in_words = stop.kind == STOP_ROW && form_is_long(lead->form, stop.index);
    if (contacts->len == 0)
        return false;
    return card_is_vcard(text, -1) || (strchr(text, '\n') && !in_words);
}

static void form_paste_text(View *view, const char *text)
{
    NewLead *lead = (NewLead *)view;
    Stop stop = new_lead_stop(lead, lead->focus);
    g_autoptr(GPtrArray) contacts = cards_read(text, -1);
    if (is_card(lead, text, contacts)) {
        fill(lead, contacts);
    } else if (stop.kind == STOP_ROW && form_is_text(lead->form, stop.index)) {
        form_paste(lead->form, stop.index, text);
        row_changed(lead, stop.index);
    } else {
        app_complain(view->app, "%s", _("There is no name, number or address in what was pasted."));
    }
}

static void on_pasted(App *app, const char *text, void *data)
{
    NewLead *lead = current(app);
    if (!text || !lead)
        return;
    g_autoptr(GPtrArray) contacts = cards_read(text, -1);
    if (contacts->len > 0)
        fill(lead, contacts);
    else
        app_say(app, "%s", _("There is no name, number or address in what was pasted."));
}

void run_paste(App *app, const char *args)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!current(app)) {
        app_say(app, "%s", _("That is for the form of a new lead."));
    } else if (!*args) {
        editor_start(app, "card", "", on_pasted, NULL);
    } else {
        g_autofree char *path = program_path(args);
        if (g_file_get_contents(path, &text, NULL, &error))
            on_pasted(app, text, NULL);
        else
            app_complain(app, "%s", error->message);
    }
}

/* ---- the editor */

typedef struct Edited {
    Uuid slip;
    char *path;
} Edited;

static void on_edited(App *app, const char *text, void *data)
{
    Edited *edited = data;
    NewLead *lead = current(app);
    if (text && lead && uuid_equal(&lead->slip->id, &edited->slip)) {
        int row = form_row_of(lead->form, edited->path);
        form_set_text(lead->form, row, text);
        row_changed(lead, row);
    }
    g_free(edited->path);
    g_free(edited);
}

static bool form_edit(View *view)
{
    NewLead *lead = (NewLead *)view;
    Stop stop = new_lead_stop(lead, lead->focus);
    if (stop.kind != STOP_ROW || !form_is_text(lead->form, stop.index))
        return false;
    Edited *edited = g_new0(Edited, 1);
    *edited = (Edited){ lead->slip->id, g_strdup(slip_paths()[stop.index]) };
    g_autofree char *name = edit_name(lead->slip, edited->path);
    if (!editor_start(view->app, name, form_text(lead->form, stop.index), on_edited, edited)) {
        g_free(edited->path);
        g_free(edited);
    }
    return true;
}

/* ---- sending */

static void first_error(NewLead *lead)
{
    lead->tried = true;
    if (!slip_has_to(lead->slip, 0)) {
        go_to(lead, 0);
        app_complain(lead->view.app, "%s", _("Choose whom it is for."));
        return;
    }
    for (int i = 0; i < form_rows(lead->form); i++) {
        g_autofree char *complaint = new_lead_complaint(lead, i);
        if (complaint) {
            go_to(lead, new_lead_row_stop(i));
            app_complain(lead->view.app, "%s", complaint);
            return;
        }
    }
    for (guint i = 0; i < lead->errors.items->len; i++) { /* of the recipient */
        const FieldError *error = lead->errors.items->pdata[i];
        app_complain(lead->view.app, "%s", error->detail);
    }
}

static char *recipients_of(const Slip *slip)
{
    g_autofree char *first = text_clean(slip->to[0].name, -1, TEXT_LINE);
    g_autofree char *second = text_clean(slip->to[1].name, -1, TEXT_LINE);
    return slip_has_to(slip, 1) ? g_strdup_printf(_("%s and %s"), first, second) : g_strdup(first);
}

static void sent(NewLead *lead)
{
    App *app = lead->view.app;
    g_autofree char *title = slip_title(lead->slip);
    g_autofree char *clean = text_clean(title, -1, TEXT_LINE);
    g_autofree char *names = recipients_of(lead->slip);
    g_autofree char *key = slip_key(lead->slip);
    g_free(app->held);
    app->held = g_strdup_printf(_("%s to %s"), clean, names);
    draft_save(app, key, NULL);
    slip_free(lead->sent);
    lead->sent = g_steal_pointer(&lead->slip);
    let_go(lead);
    app_show(app, app->under);
}

static void send_now(NewLead *lead)
{
    App *app = lead->view.app;
    NewReferral inputs[SLIP_RECIPIENTS] = { 0 };
    g_autoptr(GError) error = NULL;
    size_t n = 0;
    bool ok = slip_has_to(lead->slip, 0);
    for (int i = 0; i < SLIP_RECIPIENTS && ok; i++)
        if (slip_has_to(lead->slip, i))
            ok = slip_input(lead->slip, i, &inputs[n++], NULL);
    if (!ok)
        first_error(lead);
    else if (client_hand_out(app->client, inputs, n, lead->sent_ids, &error))
        sent(lead);
    else
        app_complain_error(app, error);
    for (size_t i = 0; i < n; i++)
        fields_clear(&new_referral_fields, &inputs[i]);
}

void run_send_lead(App *app, const char *args)
{
    NewLead *lead = current(app);
    if (lead && !lead->picker)
        send_now(lead);
    else
        app_say(app, "%s", _("That is for the form of a new lead."));
}

void run_hand_out_two(App *app, const char *args)
{
    NewLead *lead = current(app);
    if (lead && !lead->picker)
        pick(lead, slip_has_to(lead->slip, 0) ? 1 : 0);
    else
        app_say(app, "%s", _("That is for the form of a new lead."));
}

/* It is neither at the server nor on its way: what was taken back was the sending, and not something done to it. */
static bool is_gone(App *app, const Uuid *id)
{
    Referral referral = { 0 };
    g_autoptr(GPtrArray) items = store_items_of(client_store(app->client), id, NULL);
    bool there = cache_server_referral(client_cache(app->client), id, &referral, NULL);
    fields_clear(&referral_fields, &referral);
    return items && items->len == 0 && !there;
}

bool new_lead_sent_back(App *app, const Uuid *id)
{
    NewLead *lead = (NewLead *)app->views[VIEW_NEW];
    if (!lead || !lead->sent)
        return false;
    bool ours = uuid_equal(id, &lead->sent_ids[0]) || uuid_equal(id, &lead->sent_ids[1]);
    if (!ours || !is_gone(app, id))
        return false;
    new_lead_open(lead, g_steal_pointer(&lead->sent));
    app_show(app, VIEW_NEW);
    changed(lead);
    return true;
}

/* ---- throwing away, and undo */

void new_lead_throw(NewLead *lead, Slip *slip)
{
    App *app = lead->view.app;
    g_autofree char *key = slip_key(slip);
    g_autofree char *undo = keymap_key_of(app->keymap, app_view_contexts(app), "undo", NULL);
    draft_save(app, key, NULL);
    slip_free(lead->thrown);
    lead->thrown = slip;
    lead->thrown_at = clock_now();
    app_say(app, _("The draft is thrown away. %s brings it back."), undo);
}

void run_discard_lead(App *app, const char *args)
{
    NewLead *lead = (NewLead *)(app->view == VIEW_NEW ? app->views[VIEW_NEW] : NULL);
    if (!lead)
        return;
    if (lead->slip) {
        g_clear_handle_id(&lead->saver, g_source_remove);
        Slip *slip = g_steal_pointer(&lead->slip);
        let_go(lead);
        new_lead_list(lead);
        new_lead_throw(lead, slip);
        new_lead_read_drafts(lead);
    } else if (lead->cursor > 0 && lead->cursor <= (int)lead->drafts->len) {
        new_lead_throw(lead, slip_copy(lead->drafts->pdata[lead->cursor - 1]));
        new_lead_read_drafts(lead);
    }
}

static bool newest_is_older(App *app, gint64 at)
{
    g_autoptr(GPtrArray) items = store_items(client_store(app->client), OUTBOX_HELD, NULL);
    for (guint i = 0; items && i < items->len; i++)
        if (((OutboxItem *)items->pdata[i])->created_at > at)
            return false;
    return true;
}

bool new_lead_undo(App *app)
{
    NewLead *lead = (NewLead *)app->views[VIEW_NEW];
    NewLead *here = current(app);
    if (here && here->undo->len > 0) {
        slip_free(here->slip);
        here->slip = g_ptr_array_steal_index(here->undo, here->undo->len - 1);
        form_from_slip(here);
        changed(here);
        app_say(app, "%s", _("The form is as before."));
        return true;
    }
    if (!lead || !lead->thrown || !newest_is_older(app, lead->thrown_at))
        return false;
    new_lead_open(lead, g_steal_pointer(&lead->thrown));
    app_show(app, VIEW_NEW);
    changed(lead);
    app_say(app, "%s", _("The draft is back."));
    return true;
}

/* ---- the view of the form */

static View *create(App *app)
{
    NewLead *lead = g_new0(NewLead, 1);
    lead->view = (View){ .ops = &new_lead_view, .app = app };
    lead->undo = g_ptr_array_new_with_free_func(undo_free);
    lead->drafts = g_ptr_array_new_with_free_func(undo_free);
    field_errors_init(&lead->errors);
    new_lead_list(lead);
    return &lead->view;
}

void new_lead_destroy(View *view)
{
    NewLead *lead = (NewLead *)view;
    let_go(lead);
    field_errors_clear(&lead->errors);
    slip_free(lead->sent);
    slip_free(lead->thrown);
    g_ptr_array_unref(lead->undo);
    g_ptr_array_unref(lead->drafts);
    g_free(lead);
}

static bool form_in_text(const View *view)
{
    const NewLead *lead = (const NewLead *)view;
    Stop stop = new_lead_stop(lead, lead->focus);
    return stop.kind == STOP_ROW && form_is_text(lead->form, stop.index);
}

/* Yes or no may be answered so. */
static Key answer_key(const NewLead *lead, int row, Key key)
{
    if (form_is_text(lead->form, row) || form_value_width(lead->form, row) != 3 ||
        (key != 'y' && key != 'n'))
        return key;
    g_autofree char *now = form_value(lead->form, row);
    return (*now != '\0') == (key == 'y') ? K_ENTER : K_SPACE;
}

static bool form_takes(View *view, Key key)
{
    NewLead *lead = (NewLead *)view;
    Stop stop = new_lead_stop(lead, lead->focus);
    if (stop.kind == STOP_TO && key == K_SPACE) {
        pick(lead, stop.index);
        return true;
    }
    if (stop.kind == STOP_TO && (key == K_BACKSPACE || key == K_DELETE)) {
        slip_set_to(lead->slip, stop.index, NULL, NULL, NULL);
        changed(lead);
        return true;
    }
    if (stop.kind != STOP_ROW)
        return false;
    Key answer = answer_key(lead, stop.index, key);
    if (answer == K_ENTER && key != K_ENTER)
        return true; /* it is so already */
    g_autofree char *before = form_value(lead->form, stop.index);
    if (!form_key(lead->form, stop.index, answer))
        return false;
    g_autofree char *after = form_value(lead->form, stop.index);
    if (strcmp(before, after) != 0)
        row_changed(lead, stop.index);
    lead->follow = true;
    app_dirty(view->app, DIRTY_BODY);
    return true;
}

static void form_moved(View *view, Move move)
{
    NewLead *lead = (NewLead *)view;
    int n = new_lead_stops(lead);
    switch (move) {
    case MOVE_UP:
        go_to(lead, (lead->focus + n - 1) % n);
        break;
    case MOVE_DOWN:
        go_to(lead, (lead->focus + 1) % n);
        break;
    default:
        go_to(lead, CLAMP(lead->focus + CLAMP(move_lines(move, PAGE_STOPS), -n, n), 0, n - 1));
    }
}

static void leave(NewLead *lead)
{
    App *app = lead->view.app;
    bool any = !slip_is_empty(lead->slip);
    g_autofree char *key = keymap_key_of(app->keymap, CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LEAD),
                                         "new", NULL);
    let_go(lead);
    new_lead_list(lead);
    app_show(app, app->under);
    if (any)
        app_say(app, _("The lead is kept as a draft: %s goes on with it."), key);
}

static void form_open(View *view)
{
    NewLead *lead = (NewLead *)view;
    Stop stop = new_lead_stop(lead, lead->focus);
    switch (stop.kind) {
    case STOP_TO:
        pick(lead, stop.index);
        break;
    case STOP_ROW:
        form_moved(view, MOVE_DOWN);
        break;
    case STOP_SEND:
        send_now(lead);
        break;
    case STOP_KEEP:
        leave(lead);
        break;
    }
}

static bool form_abort(View *view)
{
    leave((NewLead *)view);
    return true;
}

static void form_status(View *view, GString *out)
{
    NewLead *lead = (NewLead *)view;
    g_string_append(out, _("New lead"));
    if (!slip_is_empty(lead->slip))
        g_string_append(out, lead->saver ? _("  keeping it...") : _("  kept as a draft"));
}

static void form_changed(View *view, unsigned what)
{
    app_dirty(view->app, DIRTY_BODY);
}

static const char *const form_footer[] = { "send-lead",    "next-field", "leave",
                                           "hand-out-two", "edit-text",  "paste",
                                           "discard-lead", NULL };
static const char *const pick_footer[] = { "press", "leave", NULL };

const ViewOps new_lead_view = {
    .title = N_("New lead"),
    .footer = form_footer,
    .contexts = CTX_BIT(CTX_FORM),
    .create = create,
    .destroy = new_lead_destroy,
    .draw = new_lead_draw,
    .changed = form_changed,
    .key = form_takes,
    .in_text = form_in_text,
    .paste = form_paste_text,
    .edit = form_edit,
    .moved = form_moved,
    .open = form_open,
    .back = form_abort,
    .abort = form_abort,
    .status = form_status,
};

static const ViewOps pick_view = {
    .title = N_("New lead"),
    .footer = pick_footer,
    .contexts = CTX_BIT(CTX_FORM),
    .create = create,
    .destroy = new_lead_destroy,
    .draw = pick_draw,
    .changed = form_changed,
    .key = pick_key,
    .in_text = always,
    .paste = pick_paste,
    .moved = pick_moved,
    .open = pick_open,
    .back = pick_abort,
    .abort = pick_abort,
    .status = pick_status,
};

/* ---- from elsewhere */

static NewLead *the_view(App *app)
{
    if (!app->views[VIEW_NEW])
        app->views[VIEW_NEW] = create(app);
    return (NewLead *)app->views[VIEW_NEW];
}

void app_new_lead(App *app, const Uuid *recipient)
{
    NewLead *lead = the_view(app);
    Partner partner = { 0 };
    let_go(lead);
    new_lead_list(lead);
    if (recipient) {
        Slip *slip = slip_new();
        cache_partner(client_cache(app->client), recipient, &partner, NULL);
        slip_set_to(slip, 0, recipient, partner.name, NULL);
        fields_clear(&partner_fields, &partner);
        new_lead_open(lead, slip);
    } else if (lead->drafts->len == 0) {
        new_lead_begin(lead);
    }
    app_show(app, VIEW_NEW);
}

void app_new_lead_copy(App *app, const Referral *referral)
{
    NewLead *lead = the_view(app);
    Slip *slip = slip_new();
    slip_take_referral(slip, referral);
    new_lead_open(lead, slip);
    pick(lead, 0);
    app_show(app, VIEW_NEW);
}

void run_hand_on(App *app, const char *args)
{
    Referral referral = { 0 };
    g_autoptr(GError) error = NULL;
    Target target = app_target(app);
    if (cache_referral(client_cache(app->client), &target.lead, &referral, &error))
        app_new_lead_copy(app, &referral);
    else
        app_complain_error(app, error);
    fields_clear(&referral_fields, &referral);
}

void new_lead_greet(App *app)
{
    g_autoptr(GPtrArray) drafts = store_drafts(client_store(app->client), SLIP_DRAFT, NULL);
    bool any = false;
    for (guint i = 0; drafts && i < drafts->len; i++) {
        g_autoptr(Slip) slip = slip_parse(((Draft *)drafts->pdata[i])->text);
        any |= slip && slip->open;
    }
    g_autofree char *key = keymap_key_of(app->keymap, CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LEAD),
                                         "new", NULL);
    if (any && !app->read_only)
        app_say(app, _("A lead that you were writing is kept: %s goes on with it."), key);
}
