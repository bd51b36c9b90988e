# SPDX-License-Identifier: GPL-3.0-or-later
# Reads mails from the files named and prints them as JSON, one a line: how a mail program that is not ours understands them.
import email
import email.policy
import email.utils
import json
import sys

for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        raw = file.read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    plain = message.get_body(preferencelist=('plain',))
    calendar = next((part for part in message.walk() if part.get_content_type() == 'text/calendar'), None)
    print(json.dumps({
        'headers': [[name, str(value)] for name, value in message.items()],
        'from': email.utils.getaddresses(message.get_all('From', [])),
        'to': email.utils.getaddresses(message.get_all('To', [])),
        'subject': message['Subject'],
        'date': message['Date'].datetime.isoformat() if message['Date'] else None,
        'type': message.get_content_type(),
        'charset': message.get_content_charset(),
        'flowed': message.get_param('format'),
        'encoding': message['Content-Transfer-Encoding'],
        'body': plain.get_content(),
        'calendar': calendar and calendar.get_content(),
        'method': calendar and calendar.get_param('method'),
        'defects': [str(defect) for defect in message.defects],
        'raw': raw.decode('latin-1'),
    }))
