/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vetting.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/groups.h"
#include "client/vetting.h"
#include "handlers.h"
#include "page.h"
#include "rows.h"
#include "when.h"

#include <string.h>

#define LABEL_WIDTH 12
#define DETAIL_LINES 10

/* One or the other. */
typedef struct Entry {
    VettingRow *vetting;
    ConcernRow *concern;
} Entry;

typedef struct VettingView {
    View view;
    Uuid group, account;
    char *name;         /* clean */
    bool leads;         /* this user: writes and decides */
    GPtrArray *entries; /* Entry * */
    Rows rows;
    Rect list, detail;
} VettingView;

static void entry_free(gpointer data)
{
    Entry *entry = data;
    vetting_row_free(entry->vetting);
    concern_row_free(entry->concern);
    g_free(entry);
}

static const Uuid *id_of(gconstpointer row)
{
    const Entry *entry = row;
    return entry->vetting ? &entry->vetting->vetting.id : &entry->concern->concern.id;
}

static const Entry *current(const VettingView *vetting)
{
    return rows_current(&vetting->rows, vetting->entries);
}

/* Concerns first: they wait for somebody. */
static void read_rows(VettingView *vetting)
{
    Client *client = vetting->view.app->client;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray)
        concerns = client_concerns(client, &vetting->group, &vetting->account, &error);
    g_autoptr(GPtrArray)
        checks = concerns ? client_vetting(client, &vetting->group, &vetting->account, &error)
                          : NULL;
    if (!checks) {
        app_complain_error(vetting->view.app, error);
        return;
    }
    GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);
    while (concerns->len) {
        Entry *entry = g_new0(Entry, 1);
        entry->concern = g_ptr_array_steal_index(concerns, 0);
        g_ptr_array_add(entries, entry);
    }
    while (checks->len) {
        Entry *entry = g_new0(Entry, 1);
        entry->vetting = g_ptr_array_steal_index(checks, 0);
        g_ptr_array_add(entries, entry);
    }
    g_ptr_array_unref(vetting->entries);
    vetting->entries = entries;
    rows_read(&vetting->rows, entries);
    GroupRow *row = client_group(client, &vetting->group, NULL);
    vetting->leads = row && group_rights(row->group.role) & RIGHT_VETTING;
    group_row_free(row);
}

static View *create(App *app)
{
    VettingView *vetting = g_new0(VettingView, 1);
    vetting->view = (View){ .ops = &vetting_view, .app = app };
    vetting->entries = g_ptr_array_new();
    vetting->rows.id = id_of;
    return &vetting->view;
}

static void destroy(View *view)
{
    VettingView *vetting = (VettingView *)view;
    g_ptr_array_unref(vetting->entries);
    g_free(vetting->name);
    g_free(vetting);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_GROUPS | CLIENT_OUTBOX)) {
        read_rows((VettingView *)view);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
    }
}

static void place(View *view, Rect body)
{
    VettingView *vetting = (VettingView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    vetting->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    vetting->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

/* ---- rows */

typedef enum CellAt { AT_MARK, AT_KIND, AT_RESULT, AT_DAY, AT_TEXT, CELLS } CellAt;

static void put_row(Rect r, int line, Role role, Role result, const char *const texts[CELLS])
{
    int kind = 12, state = 12, day = 10;
    const Cell cells[CELLS] = {
        { 2, texts[AT_MARK] },
        { kind, texts[AT_KIND] },
        { state, texts[AT_RESULT], result },
        { r.w >= 50 ? day : 0, texts[AT_DAY] },
        { MAX(4, r.w - 2 - kind - state - 3 - (r.w >= 50 ? day + 1 : 0)), texts[AT_TEXT] },
    };
    draw_cells(r, line, role, cells, CELLS);
}

static void draw_concern(const VettingView *vetting, int line, const ConcernRow *row, bool on)
{
    const Concern *concern = &row->concern;
    bool open = concern->state <= CONCERN_ANSWERED;
    bool bars = concern->state == CONCERN_UPHELD && concern->effect == EFFECT_UNREFERRABLE &&
                concern->until > clock_now();
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    g_autofree char *text = text_clean(concern->text, -1, TEXT_LINE);
    g_autofree char *day = when_short(concern->created_at, clock_now(),
                                      vetting->view.app->settings.time_style, 10);
    const char *const texts[CELLS] = { mark, _("concern"),
                                       bars ? _("no leads")
                                            : enum_label(&concern_states, (int)concern->state),
                                       day, text };
    put_row(vetting->list, line, on ? ROLE_CURSOR : ROLE_NORMAL,
            open || bars ? ROLE_ALERT : ROLE_NORMAL, texts);
}

static void draw_check(const VettingView *vetting, int line, const VettingRow *row, bool on)
{
    const VettingInput *input = &row->vetting.input;
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    g_autofree char *day = text_clean(input->checked_on, -1, TEXT_LINE);
    g_autofree char *text = text_clean(input->who && *input->who ? input->who : input->note, -1,
                                       TEXT_LINE);
    const char *const texts[CELLS] = { mark, enum_label(&vetting_kinds, (int)input->kind),
                                       enum_label(&vetting_results, (int)input->result), day,
                                       text };
    put_row(vetting->list, line, on ? ROLE_CURSOR : ROLE_NORMAL,
            input->result == VETTING_OK ? ROLE_YES : ROLE_ALERT, texts);
}

static void put_concern(const VettingView *vetting, Page *page, const ConcernRow *row)
{
    App *app = vetting->view.app;
    const Concern *concern = &row->concern;
    gint64 now = clock_now();
    g_autofree char *raised = when_long(concern->created_at, now);
    g_autofree char *until = concern->until ? when_long(concern->until, now) : NULL;
    g_autofree char *answer = app_key_of(app, "answer-concern"),
                    *uphold = app_key_of(app, "uphold"), *dismiss = app_key_of(app, "dismiss"),
                    *lift = app_key_of(app, "unbar");
    page_pair(page, LABEL_WIDTH, _("Concern"), ROLE_NORMAL, concern->text);
    page_pair(page, LABEL_WIDTH, _("Raised"), ROLE_NORMAL, raised);
    page_pair(page, LABEL_WIDTH, _("By"), ROLE_NORMAL, concern->by.name);
    page_pair(page, LABEL_WIDTH, _("Answer"), ROLE_NORMAL, concern->answer);
    page_pair(page, LABEL_WIDTH, _("Decision"), ROLE_NORMAL, concern->note);
    if (concern->effect > EFFECT_NONE)
        page_pair(page, LABEL_WIDTH, _("Effect"), ROLE_ALERT,
                  enum_label(&concern_effects, (int)concern->effect));
    page_pair(page, LABEL_WIDTH, _("Until"), ROLE_ALERT, until);
    if (row->about_me && concern->state == CONCERN_OPEN)
        page_format(page, ROLE_NORMAL, _("It is about you: %s answers it."), answer);
    else if (vetting->leads && !row->about_me && concern->state <= CONCERN_ANSWERED)
        page_format(page, ROLE_NORMAL, _("%s says that it is right, %s that it is not."), uphold,
                    dismiss);
    else if (vetting->leads && !row->about_me && concern->effect == EFFECT_UNREFERRABLE &&
             concern->until > now)
        page_format(page, ROLE_NORMAL, _("%s lets leads be passed again at once."), lift);
}

static void put_check(Page *page, const VettingRow *row)
{
    const VettingInput *input = &row->vetting.input;
    page_pair(page, LABEL_WIDTH, _("Asked"), ROLE_NORMAL, input->who);
    page_pair(page, LABEL_WIDTH, _("Day"), ROLE_NORMAL, input->checked_on);
    page_pair(page, LABEL_WIDTH, _("Result"), ROLE_NORMAL,
              enum_label(&vetting_results, (int)input->result));
    page_pair(page, LABEL_WIDTH, _("Note"), ROLE_NORMAL, input->note);
    page_pair(page, LABEL_WIDTH, _("Evidence"), ROLE_NORMAL, input->evidence);
    page_pair(page, LABEL_WIDTH, _("By"), ROLE_NORMAL, row->vetting.by.name);
}

static void draw_detail(const VettingView *vetting)
{
    Rect r = vetting->detail;
    const Entry *entry = current(vetting);
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!entry)
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = page_new(r.w - 4);
    if (entry->concern)
        put_concern(vetting, page, entry->concern);
    else
        put_check(page, entry->vetting);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

static void draw_empty(const VettingView *vetting)
{
    App *app = vetting->view.app;
    Rect r = vetting->list;
    g_autofree char *vet = app_key_of(app, "vet"), *raise = app_key_of(app, "raise-concern");
    g_autoptr(Page) page = page_new(r.w - 2);
    page_text(page, ROLE_NORMAL, _("Nothing is noted."));
    if (vetting->leads)
        page_format(page, ROLE_NORMAL,
                    _("%s notes whom you asked about them, a licence, what is said of them."), vet);
    page_format(page, ROLE_NORMAL, _("%s raises a concern: a leader decides about it."), raise);
    page_draw_instead(page, r);
}

static void draw(View *view, bool all)
{
    VettingView *vetting = (VettingView *)view;
    Rect list = vetting->list;
    guint n = vetting->entries->len, top = rows_top(&vetting->rows, n, list.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (all && view->body.h > 3) {
        const char *const head[CELLS] = { "", _("What"), _("Result"), _("Day"), _("Words") };
        put_row(rect_sub(view->body, 0, 0, view->body.w, 1), 0, ROLE_HEADING, ROLE_HEADING, head);
    }
    for (int i = 0; i < list.h; i++) {
        guint index = top + (guint)i;
        const Entry *entry = index < n ? vetting->entries->pdata[index] : NULL;
        bool on = index == vetting->rows.cursor;
        if (!entry)
            draw_rest(list, i, 0, ROLE_NORMAL);
        else if (entry->concern)
            draw_concern(vetting, i, entry->concern, on);
        else
            draw_check(vetting, i, entry->vetting, on);
    }
    if (n == 0)
        draw_empty(vetting);
    draw_detail(vetting);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    VettingView *vetting = (VettingView *)view;
    rows_move(&vetting->rows, vetting->entries, move, vetting->list.h);
    app_dirty(view->app, DIRTY_FOOTER);
}

static bool back(View *view)
{
    app_show(view->app, VIEW_GROUP);
    return true;
}

static void status(View *view, GString *out)
{
    VettingView *vetting = (VettingView *)view;
    g_string_append_printf(out, _("Vetting: %s"), vetting->name ? vetting->name : "");
}

static void target(View *view, Target *out)
{
    VettingView *vetting = (VettingView *)view;
    const Entry *entry = current(vetting);
    out->has_group = true;
    out->group = vetting->group;
    out->has_concern = entry && entry->concern;
}

static const char *const footer[] = { "vet",     "raise-concern", "answer-concern",
                                      "uphold",  "dismiss",       "undo",
                                      "command", "back",          NULL };

const ViewOps vetting_view = {
    .title = N_("Vetting"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_VETTING),
    .create = create,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .back = back,
    .target = target,
    .status = status,
};

void vetting_show(App *app, const Uuid *group, const Uuid *account, const char *name)
{
    app_show(app, VIEW_VETTING);
    VettingView *vetting = (VettingView *)app_view(app);
    vetting->group = *group;
    vetting->account = *account;
    g_free(vetting->name);
    vetting->name = text_clean(name, -1, TEXT_LINE);
    vetting->rows = (Rows){ .id = id_of };
    read_rows(vetting);
    app_dirty(app, DIRTY_ALL);
}

/* ---- the commands */

static VettingView *shown(App *app)
{
    return app->view == VIEW_VETTING ? (VettingView *)app_view(app) : NULL;
}

/* What one of the dialogs is about. */
typedef struct Noting {
    Uuid group;
    char *name;
    VettingInput vetting;
    NewConcern concern;
    Concern about;
    ConcernAnswer answer;
    ConcernDecision decision;
    ConcernEvent act;
} Noting;

static void noting_free(gpointer data)
{
    Noting *noting = data;
    fields_clear(&vetting_input_fields, &noting->vetting);
    fields_clear(&new_concern_fields, &noting->concern);
    fields_clear(&concern_fields, &noting->about);
    fields_clear(&concern_answer_fields, &noting->answer);
    fields_clear(&concern_decision_fields, &noting->decision);
    g_free(noting->name);
    g_free(noting);
}

static Noting *noting_new(const VettingView *vetting)
{
    Noting *noting = g_new0(Noting, 1);
    noting->group = vetting->group;
    noting->name = g_strdup(vetting->name);
    return noting;
}

static DialogAnswer end(App *app, Dialog *dialog, bool ok, const GError *error, char *held)
{
    if (ok) {
        app_hold(app, held);
        return DIALOG_CLOSE;
    }
    g_free(held);
    return dialog_refuse(dialog, error);
}

static void ask(App *app, Noting *noting, const char *title, const char *yes, Form *form,
                void (*text)(Dialog *dialog, Page *page),
                DialogAnswer (*done)(App *app, Dialog *dialog))
{
    DialogSpec spec = {
        .title = title,
        .text = text,
        .form = form,
        .yes = yes,
        .no = _("Cancel"),
        .start_at_form = true,
        .done = done,
        .data = noting,
        .free_data = noting_free,
    };
    app_ask(app, dialog_new(&spec));
}

static void name_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_HEADING, ((Noting *)dialog_data(dialog))->name);
}

static DialogAnswer vet_done(App *app, Dialog *dialog)
{
    Noting *noting = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &noting->vetting))
        return DIALOG_KEEP;
    bool ok = client_vet(app->client, &noting->group, &noting->vetting, noting->name, &error);
    return end(app, dialog, ok, error, g_strdup_printf(_("Noted about %s"), noting->name));
}

void run_vet(App *app, const char *args)
{
    static const char *const names[] = { "kind", "who",      "checked_on", "result",
                                         "note", "evidence", NULL };
    VettingView *vetting = shown(app);
    if (!vetting || !vetting->leads) {
        app_complain(app, "%s", _("Only a leader of the group notes this."));
        return;
    }
    Noting *noting = noting_new(vetting);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
    noting->vetting = (VettingInput){ .account = vetting->account,
                                      .kind = VETTING_REFERENCE,
                                      .result = VETTING_OK,
                                      .checked_on = g_date_time_format(now, "%Y-%m-%d") };
    ask(app, noting, _("What was found out"), _("Note it"),
        form_new(&vetting_input_fields, &noting->vetting, names), name_text, vet_done);
}

static void raise_text(Dialog *dialog, Page *page)
{
    name_text(dialog, page);
    page_text(
        page, ROLE_NORMAL,
        _("The leaders of the group read it, and who you are; the member reads it without your "
          "name and may answer. A leader decides."));
}

static DialogAnswer raise_done(App *app, Dialog *dialog)
{
    Noting *noting = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &noting->concern))
        return DIALOG_KEEP;
    bool ok = client_raise_concern(app->client, &noting->group, &noting->concern, noting->name,
                                   &error);
    return end(app, dialog, ok, error, g_strdup_printf(_("Concern about %s"), noting->name));
}

void run_raise_concern(App *app, const char *args)
{
    static const char *const names[] = { "text", NULL };
    VettingView *vetting = shown(app);
    if (!vetting)
        return;
    if (uuid_equal(&vetting->account, &client_status(app->client)->account)) {
        app_complain(app, "%s", _("Not about yourself."));
        return;
    }
    Noting *noting = noting_new(vetting);
    noting->concern.about = vetting->account;
    ask(app, noting, _("A concern"), _("Raise it"),
        form_new(&new_concern_fields, &noting->concern, names), raise_text, raise_done);
}

static Noting *about_current(App *app)
{
    VettingView *vetting = shown(app);
    const Entry *entry = vetting ? current(vetting) : NULL;
    if (!entry || !entry->concern)
        return NULL;
    Noting *noting = noting_new(vetting);
    fields_copy(&concern_fields, &noting->about, &entry->concern->concern);
    return noting;
}

static bool is_about_me(App *app, const Noting *noting)
{
    return uuid_equal(&noting->about.about.account, &client_status(app->client)->account);
}

/* At once, rather than by the server later. */
static void refuse(App *app, Noting *noting, const char *why)
{
    app_complain(app, "%s", why);
    noting_free(noting);
}

/* Nobody decides about themselves. */
static Noting *to_decide(App *app)
{
    Noting *noting = about_current(app);
    if (!noting || (shown(app)->leads && !is_about_me(app, noting)))
        return noting;
    refuse(app, noting, _("Another leader of the group decides about it."));
    return NULL;
}

static void about_text(Dialog *dialog, Page *page)
{
    name_text(dialog, page);
    page_text(page, ROLE_NORMAL, ((Noting *)dialog_data(dialog))->about.text);
}

static DialogAnswer answer_done(App *app, Dialog *dialog)
{
    Noting *noting = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &noting->answer))
        return DIALOG_KEEP;
    bool ok = client_answer_concern(app->client, &noting->about, noting->answer.text, &error);
    return end(app, dialog, ok, error, g_strdup(_("Concern answered")));
}

void run_answer_concern(App *app, const char *args)
{
    static const char *const names[] = { "text", NULL };
    Noting *noting = about_current(app);
    if (!noting)
        return;
    if (is_about_me(app, noting))
        ask(app, noting, _("Your answer"), _("Answer"),
            form_new(&concern_answer_fields, &noting->answer, names), about_text, answer_done);
    else
        refuse(app, noting, _("Only whom it is about answers it."));
}

static DialogAnswer decide_done(App *app, Dialog *dialog)
{
    Noting *noting = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &noting->decision))
        return DIALOG_KEEP;
    if (noting->decision.effect == EFFECT_UNREFERRABLE && !noting->decision.until) {
        dialog_complain(dialog, 1, _("Until when? A day, 2026-11-26."));
        return DIALOG_KEEP;
    }
    bool ok = client_decide_concern(app->client, &noting->about, noting->act, &noting->decision,
                                    &error);
    return end(app, dialog, ok, error, g_strdup(_("Concern decided")));
}

static void decide(App *app, ConcernEvent act, const char *title)
{
    static const char *const names[] = { "effect", "until", "note", NULL };
    Noting *noting = to_decide(app);
    if (!noting)
        return;
    bool uphold = act == CONCERN_UPHOLD;
    noting->act = act;
    if (uphold)
        noting->decision.effect = EFFECT_WARN; /* to dismiss has none at all */
    ask(app, noting, title, uphold ? _("It is right") : _("Dismiss"),
        form_new(&concern_decision_fields, &noting->decision, uphold ? names : names + 2),
        about_text, decide_done);
}

void run_uphold(App *app, const char *args)
{
    decide(app, CONCERN_UPHOLD, _("Uphold this concern"));
}

void run_dismiss(App *app, const char *args)
{
    decide(app, CONCERN_DISMISS, _("Dismiss this concern"));
}

void run_lift(App *app, const char *args)
{
    Noting *noting = to_decide(app);
    g_autoptr(GError) error = NULL;
    if (!noting)
        return;
    if (client_decide_concern(app->client, &noting->about, CONCERN_LIFT, NULL, &error))
        app_hold(app, g_strdup_printf(_("Leads may be passed to %s again"), noting->name));
    else
        app_complain_error(app, error);
    noting_free(noting);
}
