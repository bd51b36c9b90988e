/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Help, printed from the tables: commands and their keys (what counts where one came from first), the letters of the lists, the
 * settings. Enter runs an entry.
 */
#include "handlers.h"

#include "base/i18n.h"
#include "base/text.h"
#include "lead_page.h"

#include <string.h>

/* A heading, a blank, or an entry: three columns. */
typedef struct HelpLine {
    const Command *command; /* what Enter runs; NULL nothing */
    const Setting *setting; /* or what it sets */
    bool entry;
    char *keys; /* of an entry; of a heading its words, "" for a blank */
    char *name;
    char *effect;
} HelpLine;

typedef struct HelpView {
    View view;
    GArray *lines; /* HelpLine */
    char *words;
    int cursor, top;
    unsigned contexts; /* of the view that help was called from */
    int setting_width; /* cells of the longest ":set NAME" */
} HelpView;

static const struct {
    KeyContext context;
    const char *heading;
} sections[] = {
    { CTX_LEAD, N_("Leads") },
    { CTX_PARTNER, N_("Partners") },
    { CTX_INVITATION, N_("Invitations") },
    { CTX_MEMBER, N_("Members found") },
    { CTX_GROUPS, N_("Groups") },
    { CTX_GROUP, N_("Group") },
    { CTX_REQUEST, N_("Membership requests") },
    { CTX_MEETINGS, N_("Meetings") },
    { CTX_MEETING, N_("Meeting mode") },
    { CTX_VETTING, N_("Vetting and concerns") },
    { CTX_DUES, N_("Dues") },
    { CTX_APPROVALS, N_("Approvals to lead") },
    { CTX_REPORT, N_("Reports") },
    { CTX_ACCOUNT, N_("Account") },
    { CTX_OUTBOX, N_("Outbox") },
    { CTX_LIST, N_("Moving and finding") },
    { CTX_GLOBAL, N_("Anywhere") },
    { CTX_DIALOG, N_("In dialogs") },
};

static void line_clear(gpointer data)
{
    HelpLine *line = data;
    g_free(line->keys);
    g_free(line->name);
    g_free(line->effect);
}

static bool has_words(const HelpView *help, const HelpLine *line)
{
    if (!help->words)
        return true;
    g_autofree char *hay = g_strdup_printf("%s %s %s", line->keys, line->name, line->effect);
    g_autofree char *folded = g_utf8_casefold(hay, -1);
    g_autofree char *needle = g_utf8_casefold(help->words, -1);
    return strstr(folded, needle) != NULL;
}

static void add_heading(HelpView *help, const char *text)
{
    HelpLine line = { .keys = g_strdup(text) };
    g_array_append_val(help->lines, line);
}

/* Takes the line over; its heading comes before the first of a section that has the words. */
static void add_entry(HelpView *help, const char *heading, bool *started, HelpLine *line)
{
    line->entry = true;
    if (!has_words(help, line)) {
        line_clear(line);
        return;
    }
    if (!*started) {
        if (help->lines->len > 0)
            add_heading(help, "");
        add_heading(help, heading);
        *started = true;
    }
    g_array_append_vals(help->lines, line, 1);
}

static void add_commands(HelpView *help, KeyContext context, const char *heading)
{
    bool started = false;
    for (const Command *command = commands; command->name; command++) {
        bool here = command->contexts & CTX_BIT(context);
        bool internal = command->flags & COMMAND_INTERNAL;
        if (!here || (internal && context != CTX_DIALOG))
            continue;
        HelpLine line = {
            .command = internal ? NULL : command,
            .keys = keymap_keys_of(help->view.app->keymap, CTX_BIT(context), command->name, NULL),
            .name = internal ? g_strdup("") : g_strconcat(":", command->name, NULL),
            .effect = g_strdup(_(command->effect)),
        };
        add_entry(help, heading, &started, &line);
    }
}

static void add_letters(HelpView *help)
{
    bool started = false;
    char mark[2];
    char *word;
    const char *meaning;
    for (size_t i = 0; state_legend(i, mark, &word, &meaning); i++) {
        HelpLine line = { .keys = g_strdup(mark), .name = word, .effect = g_strdup(meaning) };
        add_entry(help, _("Letters in the lists of leads"), &started, &line);
    }
}

static void add_settings(HelpView *help)
{
    bool started = false;
    for (size_t i = 0; i < n_settings; i++) {
        const Setting *setting = &settings_table[i];
        HelpLine line = {
            .setting = setting,
            .keys = settings_get(&help->view.app->settings, setting->field.name),
            .name = g_strconcat(":set ", setting->field.name, NULL),
            .effect = g_strdup(_(setting->effect)),
        };
        help->setting_width = MAX(help->setting_width, text_width(line.name));
        add_entry(help, _("Settings, and what they are now"), &started, &line);
    }
}

/* R6 */
static void add_support(HelpView *help)
{
    bool started = false;
    HelpLine line = {
        .keys = g_strdup(""),
        .name = g_strdup(_("E-mail")),
        .effect = g_strdup(_("Support answers within 24 to 48 hours")),
    };
    add_entry(help, _("Support"), &started, &line);
}

static HelpLine *line_at(const HelpView *help, int i)
{
    return &g_array_index(help->lines, HelpLine, i);
}

/* Onto an entry, in this direction, or else the other. */
static void settle(HelpView *help, int step)
{
    int n = (int)help->lines->len;
    int at = CLAMP(help->cursor, 0, MAX(0, n - 1));
    for (int tries = 0; tries < 2; tries++, step = -step) {
        for (int i = at; i >= 0 && i < n; i += step) {
            if (line_at(help, i)->entry) {
                help->cursor = i;
                return;
            }
        }
    }
    help->cursor = 0;
}

static void build(HelpView *help)
{
    g_array_set_size(help->lines, 0);
    for (int first = 1; first >= 0; first--) {
        for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
            bool here = help->contexts & CTX_BIT(sections[i].context);
            if (here == (first == 1))
                add_commands(help, sections[i].context, _(sections[i].heading));
        }
        if (first)
            add_letters(help);
    }
    add_settings(help);
    add_support(help);
    help->cursor = help->top = 0;
    settle(help, 1);
}

static View *create(App *app)
{
    HelpView *help = g_new0(HelpView, 1);
    help->view = (View){ .ops = &help_view, .app = app };
    help->lines = g_array_new(FALSE, TRUE, sizeof(HelpLine));
    g_array_set_clear_func(help->lines, line_clear);
    help->contexts = CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD);
    return &help->view;
}

static void destroy(View *view)
{
    HelpView *help = (HelpView *)view;
    g_array_unref(help->lines);
    g_free(help->words);
    g_free(help);
}

static void show(View *view)
{
    HelpView *help = (HelpView *)view;
    help->contexts = view_ops(view->app->under)->contexts | CTX_BIT(CTX_GLOBAL);
    g_clear_pointer(&help->words, g_free);
    build(help);
}

/* As many whole keys as fit. */
static char *fit_keys(const char *keys, int width)
{
    g_autofree char *fit = g_strdup(keys);
    char *blank;
    while (text_width(fit) > width && (blank = strrchr(fit, ' ')))
        *blank = '\0';
    return g_steal_pointer(&fit);
}

static void draw_line(HelpView *help, Rect r, int row, int i)
{
    const HelpLine *line = line_at(help, i);
    if (!line->entry) {
        draw_field(r, row, 0, r.w, ROLE_HEADING, line->keys);
        return;
    }
    bool on = i == help->cursor;
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    int key_width = r.w >= 90 ? 15 : r.w >= 70 ? 12 : r.w >= 40 ? 9 : 6;
    int name_width = r.w >= 90 ? MAX(18, help->setting_width + 2) : 0;
    g_autofree char *keys = fit_keys(line->keys, key_width);
    int col = draw_field(r, row, 0, 1, role, on ? ">" : " ");
    /* What has no key, or no room for its name, is known by that. */
    bool by_name = !name_width && (!*line->keys || line->setting);
    int first = !by_name        ? key_width
                : line->setting ? help->setting_width
                                : MAX(key_width, text_width(line->name));
    col = draw_field(r, row, col, first, on ? role : ROLE_KEY, by_name ? line->name : keys);
    col = draw_field(r, row, col, 1, role, "");
    if (name_width) {
        col = draw_field(r, row, col, name_width - 1, role, line->name);
        col = draw_field(r, row, col, 1, role, "");
    }
    draw_field(r, row, col, r.w - col, role, line->effect);
}

static void draw(View *view, bool all)
{
    HelpView *help = (HelpView *)view;
    Rect r = rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h);
    draw_fill(view->body, ROLE_NORMAL);
    if (help->lines->len == 0) {
        g_autofree char *text = g_strdup_printf(_("No command has \"%s\". Esc shows all."),
                                                help->words);
        draw_text(r, 0, 0, ROLE_NORMAL, text);
        return;
    }
    help->top = CLAMP(help->top, help->cursor - r.h + 1, help->cursor);
    help->top = MAX(0, help->cursor <= 1 ? 0 : help->top);
    for (int row = 0; row < r.h && help->top + row < (int)help->lines->len; row++)
        draw_line(help, r, row, help->top + row);
}

static void moved(View *view, Move move)
{
    HelpView *help = (HelpView *)view;
    int lines = move_lines(move, view->body.h);
    help->cursor += lines;
    settle(help, lines > 0 ? 1 : -1);
}

static void search(View *view, const char *text)
{
    HelpView *help = (HelpView *)view;
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_strstrip(clean);
    g_free(help->words);
    help->words = *clean ? g_steal_pointer(&clean) : NULL;
    build(help);
    app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

static bool clear(View *view)
{
    if (((HelpView *)view)->words) {
        search(view, "");
        return true;
    }
    app_show(view->app, view->app->under);
    return true;
}

static bool back(View *view)
{
    app_show(view->app, view->app->client ? view->app->under : VIEW_WELCOME);
    return true;
}

static void status(View *view, GString *out)
{
    HelpView *help = (HelpView *)view;
    if (help->words)
        g_string_append_printf(out, "/%s", help->words);
    else
        g_string_append(out, _("Enter runs a command, / finds one, q goes back"));
}

void run_entry(App *app, const char *args)
{
    if (app->view != VIEW_HELP)
        return;
    HelpView *help = (HelpView *)app_view(app);
    const HelpLine *line = help->lines->len ? line_at(help, help->cursor) : NULL;
    if (line && line->setting) {
        g_autofree char *set = g_strdup_printf("set %s=", line->setting->field.name);
        run_command_line(app, set);
        return;
    }
    const Command *command = line ? line->command : NULL;
    if (!command) {
        app_say(app, "%s", _("There is nothing to run in this line."));
        return;
    }
    /* It is about what help was called from. */
    app_show(app, app->client ? app->under : VIEW_WELCOME);
    if (command->args && *command->args != '[') {
        g_autofree char *typed = g_strconcat(command->name, " ", NULL);
        run_command_line(app, typed);
    } else {
        command_run(app, command, "");
    }
}

static const char *const footer[] = { "run", "search", "page-down", "back", NULL };

const ViewOps help_view = {
    .title = N_("Help"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_HELP),
    .create = create,
    .destroy = destroy,
    .show = show,
    .draw = draw,
    .moved = moved,
    .back = back,
    .status = status,
    .search = search,
    .abort = clear,
};
