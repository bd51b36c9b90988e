/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done in groups: asking to be let in, deciding about those who ask, leaving, roles. */
#include "directory.h"
#include "draft.h"
#include "group.h"
#include "groups.h"
#include "handlers.h"
#include "new_lead.h"
#include "request_page.h"
#include "vetting.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/group_words.h"
#include "client/groups.h"
#include "model/business_type.h"

#include <string.h>

static char *clean_name(const char *name)
{
    return text_clean(name && *name ? name : "?", -1, TEXT_LINE);
}

/* ---- to a group */

void run_group(App *app, const char *args)
{
    g_autoptr(GError) error = NULL;
    Target target = app_target(app);
    if (!*args && target.has_group) {
        group_show(app, &target.group);
        return;
    }
    GroupRow *row = client_find_group(app->client, args, &error);
    if (row)
        group_show(app, &row->group.id);
    else
        app_complain_error(app, error);
    group_row_free(row);
}

/* The group with the most to decide, or the only one. */
void run_group_requests(App *app, const char *args)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = client_groups(app->client, &error);
    const GroupRow *best = NULL;
    for (guint i = 0; rows && i < rows->len; i++) {
        const GroupRow *row = rows->pdata[i];
        if (row->waiting > (best ? best->waiting : 0))
            best = row;
    }
    if (!rows)
        app_complain_error(app, error);
    else if (best)
        group_show(app, &best->group.id);
    else
        app_say(app, "%s", _("Nobody waits to be let into a group of yours."));
}

/* ---- asking to be let in */

#define JOIN_DRAFT "join"

typedef struct Joining {
    Group group;
    NewMembershipRequest input;
} Joining;

static void joining_free(gpointer data)
{
    Joining *joining = data;
    fields_clear(&group_fields, &joining->group);
    fields_clear(&new_membership_request_fields, &joining->input);
    g_free(joining);
}

static void join_text(Dialog *dialog, Page *page)
{
    const Joining *joining = dialog_data(dialog);
    const GroupInput *input = &joining->group.input;
    g_autofree char *meets = group_meets(input), *fee = group_fee(input);
    page_text(page, ROLE_HEADING, input->name);
    page_pair(page, 8, _("Meets"), ROLE_NORMAL, meets);
    page_pair(page, 8, _("Fee"), ROLE_NORMAL, fee);
    page_pair(page, 8, _("Rules"), ROLE_NORMAL, input->rules);
    if (input->exclusive)
        page_text(page, ROLE_ALERT, _("Its members join no other group."));
    page_text(
        page, ROLE_NORMAL,
        _("A leader reads this and decides. References are people who know your work, a comma "
          "between two: they are asked."));
}

static DialogAnswer join_done(App *app, Dialog *dialog)
{
    Joining *joining = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    Uuid id;
    if (!dialog_store(dialog, &joining->input))
        return DIALOG_KEEP;
    if (!client_join(app->client, &joining->group, &joining->input, &id, &error))
        return dialog_refuse(dialog, error);
    draft_done(app, JOIN_DRAFT, &joining->group.id);
    g_autofree char *name = clean_name(joining->group.input.name);
    app_hold(app, g_strdup_printf(_("Asked to join %s"), name));
    return DIALOG_CLOSE;
}

static void join_left(App *app, Dialog *dialog)
{
    const Joining *joining = dialog_data(dialog);
    draft_keep(app, JOIN_DRAFT, &joining->group.id, form_text(dialog_form(dialog), 1));
}

void run_join(App *app, const char *args)
{
    static const char *const names[] = { "business_type", "message", "references", NULL };
    const Group *group = directory_current(app);
    Account account = { 0 };
    if (!group) {
        run_directory(app, args);
        return;
    }
    if (group->role || !group->input.open) {
        app_complain(app, "%s",
                     group->role ? _("You are in this group.")
                                 : _("This group takes no new members now."));
        return;
    }
    Joining *joining = g_new0(Joining, 1);
    fields_copy(&group_fields, &joining->group, group);
    if (cache_account(client_cache(app->client), &account, NULL))
        joining->input.business_type = g_strdup(account.business_type);
    fields_clear(&account_fields, &account);
    joining->input.message = draft_of(app, JOIN_DRAFT, &group->id);
    g_autofree char *key = draft_key(JOIN_DRAFT, &group->id);
    DialogSpec spec = {
        .title = _("Ask to join"),
        .text = join_text,
        .form = form_new(&new_membership_request_fields, &joining->input, names),
        .yes = _("Ask"),
        .no = _("Cancel"),
        .start_at_form = true,
        .draft = key,
        .done = join_done,
        .left = join_left,
        .data = joining,
        .free_data = joining_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- deciding */

typedef struct Judging {
    GArray *ids; /* Uuid */
    RequestEvent event;
    GPtrArray *names;   /* clean: of whom it is about */
    GPtrArray *against; /* what speaks against each, "" nothing */
    RequestAnswer answer;
} Judging;

static void judging_free(gpointer data)
{
    Judging *judging = data;
    g_array_unref(judging->ids);
    g_ptr_array_unref(judging->names);
    g_ptr_array_unref(judging->against);
    fields_clear(&request_answer_fields, &judging->answer);
    g_free(judging);
}

static char *against_of(const MembershipRequest *request)
{
    if (request->seat_taken_by && *request->seat_taken_by) {
        g_autofree char *who = clean_name(request->seat_taken_by);
        return g_strdup_printf(_("seat taken by %s"), who);
    }
    return g_strdup(request->conflict > CONFLICT_NONE
                        ? enum_label(&group_conflicts, (int)request->conflict)
                        : "");
}

/* All of them, or NULL: one is not there any more, and that is said. */
static Judging *judging_new(App *app, GArray *ids, RequestEvent event)
{
    Judging *judging = g_new0(Judging, 1);
    judging->ids = g_array_ref(ids);
    judging->event = event;
    judging->names = g_ptr_array_new_with_free_func(g_free);
    judging->against = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(GError) error = NULL;
        RequestRow *row = client_request(app->client, &g_array_index(ids, Uuid, i), &error);
        if (!row) {
            app_complain_error(app, error);
            judging_free(judging);
            return NULL;
        }
        g_ptr_array_add(judging->names, row->mine ? clean_name(row->request.group_name)
                                                  : request_who(&row->request));
        g_ptr_array_add(judging->against, against_of(&row->request));
        request_row_free(row);
    }
    return judging;
}

static const char *held_words(RequestEvent event)
{
    switch (event) {
    case REQUEST_APPROVE:
        return _("%s approved");
    case REQUEST_DECLINE:
        return _("%s declined");
    case REQUEST_ASK:
        return _("%s asked for more");
    case REQUEST_REPLY:
        return _("%s answered");
    default:
        return _("Request to %s taken back");
    }
}

static bool judge(App *app, const Judging *judging, GError **error)
{
    guint n = judging->ids->len;
    if (!client_judge(app->client, (const Uuid *)(void *)judging->ids->data, n, judging->event,
                      judging->answer.message, error))
        return false;
    if (n == 1)
        app_hold(app,
                 g_strdup_printf(held_words(judging->event), (char *)judging->names->pdata[0]));
    else
        app_hold(app,
                 g_strdup_printf(ngettext("%u request answered", "%u requests answered", n), n));
    group_untag(app);
    return true;
}

/* Each is named: what a bulk act does is never a number alone. */
static void judge_text(Dialog *dialog, Page *page)
{
    const Judging *judging = dialog_data(dialog);
    for (guint i = 0; i < judging->names->len; i++) {
        const char *against = judging->against->pdata[i];
        page_text(page, ROLE_HEADING, judging->names->pdata[i]);
        if (*against && judging->event == REQUEST_APPROVE)
            page_format(page, ROLE_ALERT, "  ! %s", against);
    }
    page_blank(page);
    if (judging->event == REQUEST_APPROVE)
        page_text(page, ROLE_NORMAL,
                  _("They become partners of all members at once. The server looks once more "
                    "whether a seat is free for each."));
    else if (judging->event == REQUEST_DECLINE)
        page_text(page, ROLE_NORMAL, _("They are told why, in your words."));
    else if (judging->event == REQUEST_ASK)
        page_text(page, ROLE_NORMAL, _("They get your question by mail and answer it here."));
}

static DialogAnswer judge_done(App *app, Dialog *dialog)
{
    Judging *judging = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (dialog_form(dialog) && !dialog_store(dialog, &judging->answer))
        return DIALOG_KEEP;
    return judge(app, judging, &error) ? DIALOG_CLOSE : dialog_refuse(dialog, error);
}

static void ask_judge(App *app, Judging *judging, const char *title, const char *yes, bool words)
{
    static const char *const names[] = { "message", NULL };
    DialogSpec spec = {
        .title = title,
        .text = judge_text,
        .form = words ? form_new(&request_answer_fields, &judging->answer, names) : NULL,
        .yes = yes,
        .no = _("Cancel"),
        .start_at_form = words,
        .done = judge_done,
        .data = judging,
        .free_data = judging_free,
    };
    app_ask(app, dialog_new(&spec));
}

static GArray *chosen(App *app)
{
    GArray *ids = group_chosen_requests(app);
    if (ids->len == 0)
        app_complain(app, "%s", _("No request is selected."));
    return ids;
}

static bool is_own(App *app)
{
    return app_target(app).own_request;
}

/* One that nothing speaks against is approved by the key alone: it is held for undo. All else asks. */
void run_approve(App *app, const char *args)
{
    g_autoptr(GArray) ids = chosen(app);
    g_autoptr(GError) error = NULL;
    if (is_own(app)) {
        app_complain(app, "%s", _("A leader of the group approves it."));
        return;
    }
    Judging *judging = ids->len ? judging_new(app, ids, REQUEST_APPROVE) : NULL;
    if (!judging)
        return;
    if (ids->len > 1 || *(char *)judging->against->pdata[0]) {
        g_autofree char *title = g_strdup_printf(
            ngettext("Approve %u request?", "Approve %u requests?", ids->len), ids->len);
        ask_judge(app, judging, title, _("Approve"), false);
        return;
    }
    if (!judge(app, judging, &error))
        app_complain_error(app, error);
    judging_free(judging);
}

/* Of one's own: takes it back. */
void run_refuse(App *app, const char *args)
{
    g_autoptr(GArray) ids = chosen(app);
    g_autoptr(GError) error = NULL;
    bool own = is_own(app);
    Judging *judging = ids->len ? judging_new(app, ids, own ? REQUEST_WITHDRAW : REQUEST_DECLINE)
                                : NULL;
    if (!judging)
        return;
    if (!own) {
        g_autofree char *title = g_strdup_printf(
            ngettext("Decline %u request: why?", "Decline %u requests: why?", ids->len), ids->len);
        judging->answer.message = *args ? g_strdup(args) : NULL;
        ask_judge(app, judging, title, _("Decline"), true);
        return;
    }
    if (!judge(app, judging, &error))
        app_complain_error(app, error);
    judging_free(judging);
}

/* Of one's own: answers what was asked. */
void run_ask(App *app, const char *args)
{
    g_autoptr(GArray) ids = chosen(app);
    bool own = is_own(app);
    Judging *judging = ids->len ? judging_new(app, ids, own ? REQUEST_REPLY : REQUEST_ASK) : NULL;
    if (judging) {
        judging->answer.message = *args ? g_strdup(args) : NULL;
        ask_judge(app, judging, own ? _("Your answer") : _("What would you like to know?"),
                  own ? _("Answer") : _("Ask"), true);
    }
}

/* ---- leaving */

typedef struct Typed {
    char *name;
} Typed;

static const Field typed_rows[] = {
    { "name", FIELD_TEXT, offsetof(Typed, name), .max = 80, .label = N_("Name of the group") },
};
static const FieldTable typed_fields = FIELD_TABLE("typed", Typed, typed_rows);

typedef struct Leaving {
    Uuid id;
    char *name; /* as sent */
    Typed typed;
    gint64 others; /* members who are partners by it */
} Leaving;

static void leaving_free(gpointer data)
{
    Leaving *leaving = data;
    fields_clear(&typed_fields, &leaving->typed);
    g_free(leaving->name);
    g_free(leaving);
}

/* R18: what vanishes, and what stays. */
static void leave_text(Dialog *dialog, Page *page)
{
    const Leaving *leaving = dialog_data(dialog);
    gulong n = (gulong)leaving->others;
    page_text(page, ROLE_HEADING, leaving->name);
    page_format(page, ROLE_ALERT,
                ngettext("%lu group partner disappears from your list, and you from theirs.",
                         "%lu group partners disappear from your list, and you from theirs.", n),
                n);
    page_text(page, ROLE_NORMAL,
              _("Your seat is free then. Leads that were passed stay, and so do partners whom you "
                "invited yourself. To come back you ask to join again."));
    page_text(page, ROLE_NORMAL, _("Type the name of the group to leave it."));
}

static DialogAnswer leave_done(App *app, Dialog *dialog)
{
    Leaving *leaving = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &leaving->typed))
        return DIALOG_KEEP;
    g_autofree char *name = clean_name(leaving->name);
    if (g_strcmp0(leaving->typed.name, leaving->name) != 0 &&
        g_strcmp0(leaving->typed.name, name) != 0) {
        dialog_complain(dialog, 0, _("That is not its name. Type it as it is written above."));
        return DIALOG_KEEP;
    }
    if (!client_leave_group(app->client, &leaving->id, &error))
        return dialog_refuse(dialog, error);
    app_hold(app, g_strdup_printf(_("%s left"), name));
    return DIALOG_CLOSE;
}

void run_leave_group(App *app, const char *args)
{
    static const char *const names[] = { "name", NULL };
    Uuid id = app_target(app).group;
    g_autoptr(GError) error = NULL;
    GroupRow *row = client_group(app->client, &id, &error);
    if (!row) {
        app_complain_error(app, error);
        return;
    }
    Leaving *leaving = g_new0(Leaving, 1);
    leaving->id = id;
    leaving->name = g_strdup(row->group.input.name);
    leaving->others = MAX(0, row->group.members - 1);
    group_row_free(row);
    DialogSpec spec = {
        .title = _("Leave this group?"),
        .text = leave_text,
        .form = form_new(&typed_fields, &leaving->typed, names),
        .yes = _("Leave it"),
        .no = _("Stay"),
        .start_at_form = true,
        .done = leave_done,
        .data = leaving,
        .free_data = leaving_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- members */

void run_refer_member(App *app, const char *args)
{
    Uuid id = app_target(app).partner;
    app_new_lead(app, &id);
}

typedef struct Changing {
    Member member;
    RoleChange change;
    MembershipEnd end;
} Changing;

static void changing_free(gpointer data)
{
    Changing *changing = data;
    fields_clear(&member_fields, &changing->member);
    fields_clear(&role_change_fields, &changing->change);
    fields_clear(&membership_end_fields, &changing->end);
    g_free(changing);
}

static Changing *changing_new(App *app)
{
    const Member *member = group_current_member(app);
    if (!member) {
        app_complain(app, "%s", _("No member is selected."));
        return NULL;
    }
    Changing *changing = g_new0(Changing, 1);
    fields_copy(&member_fields, &changing->member, member);
    changing->change.role = member->role;
    changing->change.business_type = g_strdup(member->business_type);
    return changing;
}

static void role_text(Dialog *dialog, Page *page)
{
    const Changing *changing = dialog_data(dialog);
    page_text(page, ROLE_HEADING, changing->member.name);
    page_text(page, ROLE_NORMAL,
              _("A leader does all; a secretary keeps meetings, a treasurer the dues. A group may "
                "have several leaders, and always has one."));
}

static DialogAnswer role_done(App *app, Dialog *dialog)
{
    Changing *changing = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &changing->change))
        return DIALOG_KEEP;
    if (!client_change_role(app->client, &changing->member, &changing->change, &error))
        return dialog_refuse(dialog, error);
    g_autofree char *name = clean_name(changing->member.name);
    app_hold(app, g_strdup_printf(_("%s is %s"), name,
                                  enum_label(&group_roles, (int)changing->change.role)));
    return DIALOG_CLOSE;
}

void run_role(App *app, const char *args)
{
    static const char *const names[] = { "role", "business_type", NULL };
    Changing *changing = changing_new(app);
    if (!changing)
        return;
    DialogSpec spec = {
        .title = _("Role of a member"),
        .text = role_text,
        .form = form_new(&role_change_fields, &changing->change, names),
        .yes = _("Change"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = role_done,
        .data = changing,
        .free_data = changing_free,
    };
    app_ask(app, dialog_new(&spec));
}

static void expel_text(Dialog *dialog, Page *page)
{
    const Changing *changing = dialog_data(dialog);
    page_text(page, ROLE_HEADING, changing->member.name);
    page_text(page, ROLE_NORMAL,
              _("They are no group partner of anybody here any more, and are told why, in your "
                "words. Their seat is free then."));
}

static DialogAnswer expel_done(App *app, Dialog *dialog)
{
    Changing *changing = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &changing->end))
        return DIALOG_KEEP;
    if (!client_remove_member(app->client, &changing->member, changing->end.reason, &error))
        return dialog_refuse(dialog, error);
    g_autofree char *name = clean_name(changing->member.name);
    app_hold(app, g_strdup_printf(_("%s removed"), name));
    return DIALOG_CLOSE;
}

void run_remove_member(App *app, const char *args)
{
    static const char *const names[] = { "reason", NULL };
    Changing *changing = changing_new(app);
    if (!changing)
        return;
    DialogSpec spec = {
        .title = _("Remove a member?"),
        .text = expel_text,
        .form = form_new(&membership_end_fields, &changing->end, names),
        .yes = _("Remove"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = expel_done,
        .data = changing,
        .free_data = changing_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- what is known of somebody */

void run_vetting(App *app, const char *args)
{
    Target target = app_target(app);
    const Member *member = group_current_member(app);
    if (member) {
        Member copy = { 0 };
        fields_copy(&member_fields, &copy, member);
        vetting_show(app, &copy.group, &copy.account, copy.name);
        fields_clear(&member_fields, &copy);
        return;
    }
    RequestRow *row = target.has_request ? client_request(app->client, &target.request, NULL)
                                         : NULL;
    if (row)
        vetting_show(app, &row->request.group, &row->request.from.account, row->request.from.name);
    else
        app_complain(app, "%s", _("Nobody is selected."));
    request_row_free(row);
}
