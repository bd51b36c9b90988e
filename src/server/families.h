/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every endpoint family's rows: the file that has them is named after the family. */
#pragma once

#include "server/call.h"

/* One a line, so that two additions never meet. */
/* clang-format off */
extern const Route
    account_routes[],
    session_routes[],
    oauth_routes[],
    device_routes[],
    batch_routes[],
    concern_routes[],
    dues_routes[],
    group_report_routes[],
    vetting_routes[],
    email_setting_routes[],
    invitation_routes[],
    network_routes[],
    network_page_routes[],
    profile_routes[],
    mail_admin_routes[],
    unsubscribe_routes[],
    group_routes[],
    member_routes[],
    request_routes[],
    leader_approval_routes[],
    meeting_routes[],
    meeting_entry_routes[],
    one_to_one_routes[],
    meeting_calendar_routes[],
    mail_inbound_routes[],
    health_routes[],
    referral_routes[],
    lead_page_routes[],
    report_routes[],
    note_routes[],
    partner_routes[],
    feed_routes[],
    erasure_routes[],
    event_routes[],
    export_routes[],
    openapi_routes[],
    reset_routes[],
    address_routes[],
    verify_routes[],
    security_routes[];
/* clang-format on */
