// SPDX-License-Identifier: GPL-3.0-or-later
// The page /device in a real browser (Chromium, headless, JavaScript switched off), driven by WebDriver over plain HTTP: by keyboard
// alone, at 320 pixels, in light and dark, as assistive technology sees it. LEADLINE_SHOTS=FOLDER keeps pictures.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { test, before, after } = require('node:test');
const { Server, PASSWORD, assertOAuth, postgresql, waitFor } = require('./harness.js');

const there = spawnSync('chromedriver', ['--version']).status === 0;
const skip = postgresql ? 'once is enough' : !there && 'package chromium-driver is not there';
const KEY = { tab: '\ue004', enter: '\ue007', shift: '\ue008', space: ' ' };
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** One browser, one window. */
class Browser {
    static async start() {
        const browser = new Browser();
        browser.home = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-browser-'));
        browser.driver = spawn('chromedriver', ['--port=0'], { env: { ...process.env, HOME: browser.home, TMPDIR: browser.home }, stdio: ['ignore', 'pipe', 'ignore'] });
        process.on('exit', () => browser.driver.kill('SIGKILL'));
        let said = '';
        browser.driver.stdout.on('data', (bytes) => { said += bytes; });
        browser.url = `http://127.0.0.1:${await waitFor(() => said.match(/successfully on port (\d+)/)?.[1], 30000, 'chromedriver')}`;
        const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--window-size=320,700', `--user-data-dir=${browser.home}/profile`];
        const prefs = { 'profile.managed_default_content_settings.javascript': 2 };
        const { sessionId } = await browser.call('POST', '/session', { capabilities: { alwaysMatch: { browserName: 'chrome', 'goog:chromeOptions': { args, prefs } } } });
        browser.session = `/session/${sessionId}`;
        return browser;
    }

    async call(method, url, body) {
        const answer = await fetch(this.url + url, { method, body: body && JSON.stringify(body) });
        const { value } = await answer.json();
        if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
        return value;
    }

    post(url, body = {}) { return this.call('POST', this.session + url, body); }
    get(url) { return this.call('GET', this.session + url); }
    cdp(cmd, params = {}) { return this.post('/goog/cdp/execute', { cmd, params }); }
    open(url) { return this.post('/url', { url }); }

    /** Key presses, as from a keyboard: with the focus wherever it is. */
    keys(text) {
        const actions = [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
        return this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    }

    backTab() {
        const actions = [['keyDown', KEY.shift], ['keyDown', KEY.tab], ['keyUp', KEY.tab], ['keyUp', KEY.shift]].map(([type, value]) => ({ type, value }));
        return this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    }

    /** What has the focus: "email", "Allow". */
    async focus() {
        const { nodes } = await this.cdp('Accessibility.getFullAXTree');
        return nodes.find((node) => node.role?.value !== 'RootWebArea' && (node.properties || []).some((one) => one.name === 'focused' && one.value.value))?.name.value;
    }

    /** "role name" of all that there is. */
    async tree() {
        const { nodes } = await this.cdp('Accessibility.getFullAXTree');
        return nodes.filter((node) => !node.ignored).map((node) => `${node.role.value} ${node.name?.value || ''}`.trim());
    }

    async text() {
        const [element] = Object.values(await this.post('/element', { using: 'css selector', value: 'main' }));
        return this.get(`/element/${element}/text`);
    }

    /** Waits for the page that says so: the one before may still be there, or none. */
    says(pattern) {
        return waitFor(async () => pattern.test(await this.text().catch(() => '')), 20000, `a page that says ${pattern}`);
    }

    async colours(scheme) {
        await this.cdp('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    }

    async shot(name) {
        if (process.env.LEADLINE_SHOTS) fs.writeFileSync(path.join(process.env.LEADLINE_SHOTS, `${name}.png`), Buffer.from(await this.get('/screenshot'), 'base64'));
    }

    async stop() {
        await this.call('DELETE', this.session);
        this.driver.kill();
        await new Promise((resolve) => this.driver.on('close', resolve));
        fs.rmSync(this.home, { recursive: true, force: true });
    }
}

let api, browser, url;
before(async () => {
    if (skip) return;
    api = await Server.start({ tcp: true });
    url = `http://127.0.0.1:${api.port}`;
    await api.user('ann@a.example');
    browser = await Browser.start();
});
after(async () => {
    if (skip) return;
    await browser.stop();
    await api.stop();
});

const start = async () => (await api.form('/oauth/device_authorization', { client_id: 'leadline' }, { headers: { 'User-Agent': 'leadline/1.0' } })).body;
const poll = (grant) => api.form('/oauth/token', { grant_type: GRANT, device_code: grant.device_code, client_id: 'leadline' });

/** Nothing sticks out at the sides. */
async function assertFits() {
    const { cssContentSize, cssLayoutViewport } = await browser.cdp('Page.getLayoutMetrics');
    assert.ok(cssContentSize.width <= cssLayoutViewport.clientWidth, `${cssContentSize.width} of ${cssLayoutViewport.clientWidth}`);
}

test('no script runs in this browser', { skip }, async () => {
    await browser.open('data:text/html,<title>off</title><script>document.title = "on"</script>');
    assert.equal(await browser.get('/title'), 'off');
});

test('by keyboard alone: the code is typed, a mistake is told, then it is allowed', { skip }, async () => {
    const grant = await start();
    await browser.open(`${url}/device`);
    await browser.cdp('Emulation.setDeviceMetricsOverride', { width: 320, height: 700, deviceScaleFactor: 2, mobile: false });
    assert.equal(await browser.focus(), 'Code');
    await browser.keys(`AAAA${KEY.enter}`);
    await browser.says(/There is no such code/);
    assert.ok((await browser.tree()).includes('alert'));
    await assertFits();
    await browser.shot('no-such-code');
    assert.equal(await browser.focus(), 'Code');
    for (let i = 0; i < 4; i++) await browser.keys('\ue017'); // Delete
    await browser.keys(`${grant.user_code.toLowerCase()}${KEY.enter}`);
    await browser.says(new RegExp(grant.user_code));
    const order = [];
    for (let i = 0; i < 5; i++) {
        await browser.keys(KEY.tab);
        order.push(await browser.focus());
    }
    assert.deepEqual(order, ['E-mail', 'Password', 'One-time code', 'Allow', 'Deny']);
    for (let i = 0; i < 4; i++) await browser.backTab();
    assert.equal(await browser.focus(), 'E-mail');
    await browser.keys(`ann@a.example${KEY.tab}wrong password${KEY.tab}${KEY.tab}${KEY.enter}`);
    await browser.says(/The e-mail address or the password is wrong/);
    await browser.shot('wrong-password');
    await browser.keys(KEY.tab + KEY.tab);
    assert.equal(await browser.focus(), 'Password');
    await browser.keys(`${PASSWORD}${KEY.tab}${KEY.tab}${KEY.space}`);
    await browser.says(/^Allowed/);
    assert.equal((await poll(grant)).status, 200);
});

test('the whole address still asks; Deny needs no password', { skip }, async () => {
    const grant = await start();
    await browser.open(grant.verification_uri_complete);
    assertOAuth(await poll(grant), 'authorization_pending');
    for (let i = 0; i < 5; i++) await browser.keys(KEY.tab);
    assert.equal(await browser.focus(), 'Deny');
    await browser.keys(KEY.enter);
    await browser.says(/^Denied/);
    assert.equal(await browser.get('/url'), `${url}/device`);
    assert.deepEqual(await browser.get('/cookie'), []);
});

test('it fits 320 pixels, in light and dark, and is named for those who do not see it', { skip }, async () => {
    const grant = await start();
    for (const scheme of ['light', 'dark']) {
        await browser.colours(scheme);
        await browser.open(`${url}/device`);
        await assertFits();
        await browser.shot(`code-${scheme}`);
        await browser.open(grant.verification_uri_complete);
        await assertFits();
        await browser.shot(`question-${scheme}`);
    }
    const tree = await browser.tree();
    for (const name of ['heading Sign in this program?', 'textbox E-mail', 'textbox Password', 'textbox One-time code', 'button Allow', 'button Deny', 'main'])
        assert.ok(tree.includes(name), `${name} in\n${tree.join('\n')}`);
    await browser.says(/leadline \(leadline\/1\.0\)\s+Asked from\s+the server's own machine, as this browser/);
});
