/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "group_page.h"

#include "base/i18n.h"
#include "client/group_words.h"

#define LABEL_WIDTH 10

char *group_page_wanted(Client *client, const Group *group)
{
    g_auto(GStrv) open = group->role ? client_open_trades(client, group, NULL) : NULL;
    return group_wanted(open ? open : group->input.wanted);
}

void group_page_facts(Page *page, const Group *group, const char *wanted)
{
    const GroupInput *input = &group->input;
    g_autofree char *meets = group_meets(input), *fee = group_fee(input);
    g_autofree char *kind = group_kind(input);
    page_pair(page, LABEL_WIDTH, _("Meets"), ROLE_NORMAL, meets);
    page_pair(page, LABEL_WIDTH, _("Place"), ROLE_NORMAL, input->place);
    page_pair(page, LABEL_WIDTH, _("Fee"), ROLE_NORMAL, fee);
    page_pair(page, LABEL_WIDTH, _("Kind"), ROLE_NORMAL, kind);
    page_pair(page, LABEL_WIDTH, _("Looks for"), ROLE_NORMAL, wanted);
}

void group_page_approval(Page *page, Client *client, const Uuid *group)
{
    LeaderApproval approval = { 0 };
    if (!client_approval_of(client, group, &approval, NULL))
        return;
    if (approval.state == APPROVAL_REQUESTED)
        page_text(page, ROLE_PENDING, _("Approval to lead it: waits for an administrator."));
    else if (approval.state == APPROVAL_APPROVED)
        page_text(page, ROLE_YES, _("Approval to lead it: given."));
    else
        page_text(page, ROLE_NO, _("Approval to lead it: declined."));
    page_pair(page, LABEL_WIDTH, _("Reason"), ROLE_NORMAL, approval.reason);
    fields_clear(&leader_approval_fields, &approval);
}

void group_page_texts(Page *page, const Group *group)
{
    page_pair(page, LABEL_WIDTH, _("About"), ROLE_NORMAL, group->input.home_text);
    page_pair(page, LABEL_WIDTH, _("Rules"), ROLE_NORMAL, group->input.rules);
}
