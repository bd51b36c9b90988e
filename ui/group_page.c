/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "group_page.h"

#include "base/i18n.h"
#include "client/group_words.h"

#define LABEL_WIDTH 10

void group_page_facts(Page *page, const Group *group)
{
    const GroupInput *input = &group->input;
    g_autofree char *meets = group_meets(input), *fee = group_fee(input);
    g_autofree char *kind = group_kind(input), *wanted = group_wanted(input);
    page_pair(page, LABEL_WIDTH, _("Meets"), ROLE_NORMAL, meets);
    page_pair(page, LABEL_WIDTH, _("Place"), ROLE_NORMAL, input->place);
    page_pair(page, LABEL_WIDTH, _("Fee"), ROLE_NORMAL, fee);
    page_pair(page, LABEL_WIDTH, _("Kind"), ROLE_NORMAL, kind);
    page_pair(page, LABEL_WIDTH, _("Looks for"), ROLE_NORMAL, wanted);
}

void group_page_texts(Page *page, const Group *group)
{
    page_pair(page, LABEL_WIDTH, _("About"), ROLE_NORMAL, group->input.home_text);
    page_pair(page, LABEL_WIDTH, _("Rules"), ROLE_NORMAL, group->input.rules);
}
