/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "new_lead.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/phone.h"
#include "draft.h"
#include "editor.h"
#include "handlers.h"
#include "new_lead_private.h"

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

void new_lead_go_to(NewLead *lead, int focus)
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
void new_lead_changed(NewLead *lead)
{
    check(lead);
    if (!lead->saver)
        lead->saver = g_idle_add_full(G_PRIORITY_LOW, on_idle, lead, NULL);
    app_dirty(lead->view.app, DIRTY_BODY | DIRTY_STATUS);
}

void new_lead_show_slip(NewLead *lead)
{
    for (int i = 0; i < form_rows(lead->form); i++)
        form_set_value(lead->form, i, slip_get(lead->slip, slip_paths()[i]));
}

void new_lead_row_changed(NewLead *lead, int row)
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
    new_lead_changed(lead);
}

/* ---- from one lead to the next */

NewLead *new_lead_current(App *app)
{
    View *view = app->view == VIEW_NEW ? app->views[VIEW_NEW] : NULL;
    NewLead *lead = (NewLead *)view;
    return lead && lead->slip ? lead : NULL;
}

/* What is being written stays in the store; the view lets go of it. */
void new_lead_let_go(NewLead *lead)
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
    new_lead_let_go(lead);
    phone_load();
    lead->slip = slip;
    slip->open = true;
    lead->form = form_new(&new_referral_fields, NULL, slip_paths());
    set_questions(lead->form);
    lead->seen = g_new0(bool, form_rows(lead->form));
    lead->tried = false;
    take_left_over(lead);
    new_lead_show_slip(lead);
    lead->focus = slip_has_to(slip, 0) ? new_lead_row_stop(0) : 0;
    lead->top = 0;
    lead->follow = true;
    lead->view.ops = &new_lead_view;
    check(lead);
    app_dirty(lead->view.app, DIRTY_ALL);
}

/* ---- the editor */

typedef struct Edited {
    Uuid slip;
    char *path;
} Edited;

static void on_edited(App *app, const char *text, void *data)
{
    Edited *edited = data;
    NewLead *lead = new_lead_current(app);
    if (text && lead && uuid_equal(&lead->slip->id, &edited->slip)) {
        int row = form_row_of(lead->form, edited->path);
        form_set_text(lead->form, row, text);
        new_lead_row_changed(lead, row);
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

/* ---- the view of the form */

View *new_lead_create(App *app)
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
    new_lead_let_go(lead);
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
        new_lead_pick(lead, stop.index);
        return true;
    }
    if (stop.kind == STOP_TO && (key == K_BACKSPACE || key == K_DELETE)) {
        slip_set_to(lead->slip, stop.index, NULL, NULL, NULL);
        new_lead_changed(lead);
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
        new_lead_row_changed(lead, stop.index);
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
        new_lead_go_to(lead, (lead->focus + n - 1) % n);
        break;
    case MOVE_DOWN:
        new_lead_go_to(lead, (lead->focus + 1) % n);
        break;
    default:
        new_lead_go_to(lead,
                       CLAMP(lead->focus + CLAMP(move_lines(move, PAGE_STOPS), -n, n), 0, n - 1));
    }
}

static void leave(NewLead *lead)
{
    App *app = lead->view.app;
    bool any = !slip_is_empty(lead->slip);
    g_autofree char *key = keymap_key_of(app->keymap, CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LEAD),
                                         "new", NULL);
    new_lead_let_go(lead);
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
        new_lead_pick(lead, stop.index);
        break;
    case STOP_ROW:
        form_moved(view, MOVE_DOWN);
        break;
    case STOP_SEND:
        new_lead_send(lead);
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

void new_lead_told(View *view, unsigned what)
{
    app_dirty(view->app, DIRTY_BODY);
}

static const char *const form_footer[] = { "send-lead",    "next-field", "leave",
                                           "hand-out-two", "edit-text",  "paste",
                                           "discard-lead", NULL };

const ViewOps new_lead_view = {
    .title = N_("New lead"),
    .footer = form_footer,
    .contexts = CTX_BIT(CTX_FORM),
    .create = new_lead_create,
    .destroy = new_lead_destroy,
    .draw = new_lead_draw,
    .changed = new_lead_told,
    .key = form_takes,
    .in_text = form_in_text,
    .paste = new_lead_paste,
    .edit = form_edit,
    .moved = form_moved,
    .open = form_open,
    .back = form_abort,
    .abort = form_abort,
    .status = form_status,
};

/* ---- from elsewhere */

static NewLead *the_view(App *app)
{
    if (!app->views[VIEW_NEW])
        app->views[VIEW_NEW] = new_lead_create(app);
    return (NewLead *)app->views[VIEW_NEW];
}

void app_new_lead(App *app, const Uuid *recipient)
{
    NewLead *lead = the_view(app);
    Partner partner = { 0 };
    new_lead_let_go(lead);
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
    new_lead_pick(lead, 0);
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
