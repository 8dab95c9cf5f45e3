// Where keys are looked for, in which order, and what is not taken for metadata.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { AUDIENCE, hang, Issuer, IssuerServer, OAUTH, OPENID, outcome, text } from './issuer-server.mjs'
import { createVerifier, errors } from './jotgate.mjs'

const remote = { allowInsecureLoopback: true }
const UNAVAILABLE = 'ERR_JOTGATE_KEYS_UNAVAILABLE'
const INVALID = 'ERR_JOTGATE_DISCOVERY_INVALID'

let server
before(async () => {
  server = await new IssuerServer().listen()
})
beforeEach(() => {
  server.answers.clear()
  server.news()
})
after(() => server.close())

describe('the order of places', () => {
  const rows = [
    ['OpenID Connect Discovery alone', '', {}, 'accept', [OPENID, '/keys']],
    ['RFC 8414 alone', '', { [OPENID]: undefined, [OAUTH]: 'metadata' }, 'accept', [OPENID, OAUTH, '/keys']],
    ['both', '', { [OAUTH]: text('', 500) }, 'accept', [OPENID, '/keys']],
    ['an issuer with a path', '/a/b', {}, 'accept', [`/a/b${OPENID}`, '/a/b/keys']],
    ['an issuer with a slash at its end', '/a/', {}, 'accept', [`/a${OPENID}`, '/a/keys']],
    ['an issuer that is only a host, with a slash', '/', {}, 'accept', [OPENID, '/keys']],
    [
      'RFC 8414, and a path',
      '/a/b',
      { [`/a/b${OPENID}`]: undefined, [`${OAUTH}/a/b`]: 'metadata' },
      'accept',
      [`/a/b${OPENID}`, `${OAUTH}/a/b`, '/a/b/keys'],
    ],
    ['gone', '', { [OPENID]: text('', 410), [OAUTH]: 'metadata' }, 'accept', [OPENID, OAUTH, '/keys']],
    [
      'forbidden, as by some stores of files',
      '',
      { [OPENID]: text('', 403), [OAUTH]: 'metadata' },
      'accept',
      [OPENID, OAUTH, '/keys'],
    ],
    [
      'the page of an application for every path',
      '',
      { [OPENID]: text('<!doctype html>'), [OAUTH]: 'metadata' },
      'accept',
      [OPENID, OAUTH, '/keys'],
    ],
    ['nothing in it', '', { [OPENID]: text(''), [OAUTH]: 'metadata' }, 'accept', [OPENID, OAUTH, '/keys']],
    ['a list', '', { [OPENID]: text('[]'), [OAUTH]: 'metadata' }, 'accept', [OPENID, OAUTH, '/keys']],
    // Out of order is not absent: the answer may be there in a moment.
    ['out of order', '', { [OPENID]: text('', 500), [OAUTH]: 'metadata' }, UNAVAILABLE, [OPENID]],
    ['too many requests', '', { [OPENID]: text('', 429), [OAUTH]: 'metadata' }, UNAVAILABLE, [OPENID]],
    [
      'elsewhere',
      '',
      { [OPENID]: text('', 302, { location: '/elsewhere' }), '/elsewhere': 'metadata', [OAUTH]: 'metadata' },
      UNAVAILABLE,
      [OPENID],
    ],
    [
      'the line cut',
      '',
      { [OPENID]: (request) => request.socket.destroy(), [OAUTH]: 'metadata' },
      UNAVAILABLE,
      [OPENID],
    ],
    ['no answer', '', { [OPENID]: hang, [OAUTH]: 'metadata' }, 'ERR_JWKS_TIMEOUT', [OPENID]],
    ['neither', '', { [OPENID]: undefined }, UNAVAILABLE, [OPENID, OAUTH]],
    [
      'neither, the second one out of order',
      '',
      { [OPENID]: undefined, [OAUTH]: text('', 500) },
      UNAVAILABLE,
      [OPENID, OAUTH],
    ],
    [
      'wrong metadata, where the other is right',
      '',
      { [OPENID]: { issuer: 'https://evil.example' }, [OAUTH]: 'metadata' },
      INVALID,
      [OPENID],
    ],
    // The set itself.
    ['no set', '', { '/keys': undefined }, UNAVAILABLE, [OPENID, '/keys']],
    [
      'the set elsewhere',
      '',
      { '/keys': text('', 302, { location: '/elsewhere' }), '/elsewhere': { keys: [] } },
      UNAVAILABLE,
      [OPENID, '/keys'],
    ],
    ['no JWK Set', '', { '/keys': text('{}') }, 'ERR_JWKS_INVALID', [OPENID, '/keys']],
  ]
  for (const [name, path, answers, expected, asked] of rows) {
    test(name, async () => {
      const issuer = new Issuer(server, path)
      for (const [place, answer] of Object.entries(answers)) {
        server.answers.set(place, answer === 'metadata' ? issuer.metadata() : answer)
      }
      const timeoutDuration = answers[OPENID] === hang ? 200 : 5000
      const verifier = createVerifier({
        issuer: issuer.name,
        audience: AUDIENCE,
        remote: { ...remote, timeoutDuration },
      })
      assert.deepEqual(server.news(), [], 'it is made without a request')
      assert.equal(await outcome(() => verifier.verify(issuer.token())), expected)
      assert.deepEqual(server.news(), asked)
    })
  }

  test('one that had the metadata is asked first from then on', async () => {
    const issuer = new Issuer(server)
    server.answers.delete(OPENID)
    server.answers.set(OAUTH, issuer.metadata())
    const verifier = createVerifier({
      issuer: issuer.name,
      audience: AUDIENCE,
      remote: { ...remote, cacheMaxAge: 0 },
    })
    await verifier.verify(issuer.token())
    assert.deepEqual(server.news(), [OPENID, OAUTH, '/keys'])
    await verifier.verify(issuer.token())
    assert.deepEqual(server.news(), [OAUTH, '/keys'])
  })
})

test('metadata and keys are fetched once, by one for all', async () => {
  const issuer = new Issuer(server)
  const verifier = createVerifier({ issuer: issuer.name, audience: AUDIENCE, remote })
  const tokens = Array.from({ length: 200 }, (_, number) => issuer.token({ jti: String(number) }))
  await Promise.all(tokens.map((token) => verifier.verify(token)))
  for (const token of tokens) await verifier.verify(token)
  assert.deepEqual(server.news(), [OPENID, '/keys'])
})

test('a set that has moved is found by its new address', async () => {
  const issuer = new Issuer(server)
  const verifier = createVerifier({ issuer: issuer.name, audience: AUDIENCE, remote: { ...remote, cacheMaxAge: 0 } })
  await verifier.verify(issuer.token())
  server.answers.set('/moved', server.answers.get('/keys'))
  server.answers.delete('/keys')
  server.answers.set(OPENID, issuer.metadata({ jwks_uri: `${server.origin}/moved` }))
  server.news()
  await verifier.verify(issuer.token())
  assert.deepEqual(server.news(), [OPENID, '/moved'])
})

describe('metadata of somebody else', () => {
  const port = () => new URL(server.origin).port
  const rows = [
    ['a slash more', (name) => `${name}/`],
    ['a slash less', (name) => name.slice(0, -1), '/tenant/'],
    ['the scheme in another case', (name) => name.replace('http', 'HTTP')],
    ['the path in another case', (name) => name.replace('tenant', 'Tenant'), '/tenant'],
    ['https', (name) => name.replace('http:', 'https:')],
    ['another host', () => 'https://evil.example'],
    ['another name of this host', () => `http://localhost:${port()}`],
    ['another port', (name) => name.replace(/:\d+$/, ':1')],
    ['the host as the start of another', (name) => name.replace('127.0.0.1', '127.0.0.1.evil.example')],
    ['a user before the host', (name) => name.replace('//', '//127.0.0.1@')],
    ['more behind', (name) => `${name}/evil`, '/tenant'],
    ['less', () => server.origin, '/tenant'],
    ['a dot segment', (name) => name.replace('/tenant', '/./tenant'), '/tenant'],
    ['two dots', (name) => name.replace('/tenant', '/evil/../tenant'), '/tenant'],
    ['an escaped letter', (name) => name.replace('tenant', '%74enant'), '/tenant'],
    ['a double slash', (name) => name.replace('/tenant', '//tenant'), '/tenant'],
    ['a query', (name) => `${name}?`],
    ['a fragment', (name) => `${name}#`],
    ['white space', (name) => ` ${name}`],
    ['a template', () => `${server.origin}/{tid}`, '/tenant'],
    ['the well-known path', (name) => `${name}${OPENID}`],
    ['empty', () => ''],
    ['null', () => null],
    ['missing', () => undefined],
    ['a number', () => 1],
    ['a list', (name) => [name]],
    ['an object', (name) => ({ issuer: name })],
  ]
  for (const [name, changed, path = ''] of rows) {
    test(name, async () => {
      const issuer = new Issuer(server, path)
      const place = `${path.replace(/\/$/, '')}${OPENID}`
      server.answers.set(place, issuer.metadata({ issuer: changed(issuer.name) }))
      const verifier = createVerifier({ issuer: issuer.name, audience: AUDIENCE, remote })
      const error = await verifier.verify(issuer.token()).catch((thrown) => thrown)
      assert.equal(error.code, INVALID)
      assert.ok(error instanceof errors.JotgateDiscoveryInvalid)
      assert.deepEqual(server.news(), [place], 'no keys are fetched, and no other place is asked')
    })
  }
})

describe('metadata that is none', () => {
  const rows = [
    ['a member twice', (document) => `${document.slice(0, -1)},"issuer":"https://evil.example"}`, INVALID],
    [
      'a member twice, the same',
      (document) => `${document.slice(0, -1)},"issuer":${JSON.stringify(JSON.parse(document).issuer)}}`,
      INVALID,
    ],
    [
      'a member twice, by an escape',
      (document) => `${document.slice(0, -1)},"jwks\\u005furi":"https://evil.example"}`,
      INVALID,
    ],
    ['a member twice, inside', (document) => `${document.slice(0, -1)},"x":{"a":1,"a":2}}`, INVALID],
    ['nested deeply', (document) => `${document.slice(0, -1)},"x":${'['.repeat(200)}${']'.repeat(200)}}`, INVALID],
    ['too large', (document) => `${document.slice(0, -1)},"x":"${'x'.repeat(600_000)}"}`, UNAVAILABLE],
    ['half of it', (document) => document.slice(0, -5), UNAVAILABLE],
    ['more behind', (document) => `${document}x`, UNAVAILABLE],
    ['a text', (document) => JSON.stringify(document), UNAVAILABLE],
    ['a list of it', (document) => `[${document}]`, UNAVAILABLE],
    ['null', () => 'null', UNAVAILABLE],
    ['a number', () => '7', UNAVAILABLE],
    ['a page', () => '<!doctype html>', UNAVAILABLE],
    [
      'not UTF-8',
      (document) => Buffer.concat([Buffer.from(document.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
      UNAVAILABLE,
    ],
  ]
  for (const [name, changed, expected] of rows) {
    test(name, async () => {
      const issuer = new Issuer(server)
      server.answers.set(OPENID, text(changed(JSON.stringify(issuer.metadata()))))
      const verifier = createVerifier({ issuer: issuer.name, audience: AUDIENCE, remote })
      assert.equal(await outcome(() => verifier.verify(issuer.token())), expected)
      assert.ok(!server.news().includes('/keys'), 'no keys are fetched')
    })
  }
})

describe('a jwks_uri that keys are not fetched from', () => {
  const rows = [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 7],
    ['a list', () => [`${server.origin}/keys`]],
    ['a path', '/keys'],
    ['without a scheme', () => server.origin.replace('http:', '')],
    ['http of another machine', 'http://keys.example/keys'],
    ['http of a name like this machine', 'http://127.0.0.1.evil.example/keys'],
    ['http of another name like it', 'http://localhost.evil.example/keys'],
    ['http of this machine as a user', 'http://127.0.0.1@evil.example/keys'],
    ['with credentials', () => server.origin.replace('//', '//user:secret@')],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:application/json,{"keys":[]}'],
    ['a script', 'javascript:0'],
    ['a socket', () => server.origin.replace('http:', 'ws:')],
    ['ftp', 'ftp://127.0.0.1/keys'],
  ]
  for (const [name, uri] of rows) {
    test(name, async () => {
      const issuer = new Issuer(server)
      server.answers.set(OPENID, issuer.metadata({ jwks_uri: typeof uri === 'function' ? uri() : uri }))
      const verifier = createVerifier({ issuer: issuer.name, audience: AUDIENCE, remote })
      assert.equal(await outcome(() => verifier.verify(issuer.token())), INVALID)
      assert.deepEqual(server.news(), [OPENID])
    })
  }

  test('http, without the option', async () => {
    const issuer = new Issuer(server)
    for (const options of [{ issuer: issuer.name }, { issuer: issuer.name, discovery: issuer.name }]) {
      assert.throws(() => createVerifier({ ...options, audience: AUDIENCE }), TypeError)
    }
    // The metadata by a fetch of one's own, so that its address is https.
    const { customFetch } = await import('./jotgate.mjs')
    const asked = []
    const verifier = createVerifier({
      issuer: 'https://issuer.example',
      audience: AUDIENCE,
      remote: {
        [customFetch]: async (url) => {
          asked.push(url)
          return Response.json({ issuer: 'https://issuer.example', jwks_uri: `${server.origin}/keys` })
        },
      },
    })
    assert.equal(await outcome(() => verifier.verify(issuer.token({ iss: 'https://issuer.example' }))), INVALID)
    assert.deepEqual(asked, [`https://issuer.example${OPENID}`])
    assert.deepEqual(server.news(), [])
  })
})

describe('the place given by "discovery"', () => {
  test('is the only one asked', async () => {
    const issuer = new Issuer(server)
    server.answers.set('/metadata', issuer.metadata())
    const options = { issuer: issuer.name, audience: AUDIENCE, remote }
    for (const discovery of [`${server.origin}/metadata`, new URL('/metadata', server.origin)]) {
      await createVerifier({ ...options, discovery }).verify(issuer.token())
      assert.deepEqual(server.news(), ['/metadata', '/keys'])
    }
    const verifier = createVerifier({ ...options, discovery: `${server.origin}/nothing` })
    assert.equal(await outcome(() => verifier.verify(issuer.token())), UNAVAILABLE)
    assert.deepEqual(server.news(), ['/nothing'])
  })

  const template = (placeholder) => `${server.origin}/{${placeholder}}/v2.0`
  const names = [
    ['the template itself', () => template('tid'), 'accept'],
    ['the template with another name in its braces', () => template('tenantid'), 'accept'],
    ['one of the issuers', () => `${server.origin}/contoso/v2.0`, INVALID],
    ['a template with a slash more', () => `${template('tid')}/`, INVALID],
    ['another template', () => `${server.origin}/{tid}/v1.0`, INVALID],
    ['two placeholders', () => `${server.origin}/{tid}/{tid}`, INVALID],
    ['an empty placeholder', () => template(''), INVALID],
    ['no end of the placeholder', () => `${server.origin}/{tid/v2.0`, INVALID],
    ['another host', () => `http://evil.example/{tid}/v2.0`, INVALID],
  ]
  for (const [name, issuerOfMetadata, expected] of names) {
    test(`for a template, with metadata of ${name}`, async () => {
      const issuer = new Issuer(server, '/common')
      server.answers.set('/metadata', issuer.metadata({ issuer: issuerOfMetadata() }))
      const verifier = createVerifier({
        issuer: template('tid'),
        audience: AUDIENCE,
        discovery: `${server.origin}/metadata`,
        remote,
      })
      const token = issuer.token({ iss: `${server.origin}/contoso/v2.0`, tid: 'contoso' })
      assert.equal(await outcome(() => verifier.verify(token)), expected)
      if (expected !== 'accept') assert.deepEqual(server.news(), ['/metadata'])
      const foreign = issuer.token({ iss: `${server.origin}/contoso/v2.0`, tid: 'fabrikam' })
      assert.equal(
        await outcome(() => verifier.verify(foreign)),
        expected === 'accept' ? 'ERR_JWT_CLAIM_VALIDATION_FAILED iss check_failed' : 'ERR_JWKS_NO_MATCHING_KEY',
      )
    })
  }

  test('with an exact issuer takes no template', async () => {
    const issuer = new Issuer(server, '/contoso/v2.0')
    server.answers.set('/metadata', issuer.metadata({ issuer: template('tid') }))
    const verifier = createVerifier({
      issuer: issuer.name,
      audience: AUDIENCE,
      discovery: `${server.origin}/metadata`,
      remote,
    })
    assert.equal(await outcome(() => verifier.verify(issuer.token())), INVALID)
  })

  test('serves several names of one issuer', async () => {
    const issuer = new Issuer(server)
    const old = 'https://old.issuer.example'
    const verifier = createVerifier({
      issuer: [old, issuer.name],
      audience: AUDIENCE,
      discovery: `${server.origin}${OPENID}`,
      remote,
    })
    await verifier.verify(issuer.token())
    await verifier.verify(issuer.token({ iss: old }))
    assert.equal(
      await outcome(() => verifier.verify(issuer.token({ iss: 'https://other.example' }))),
      'ERR_JWT_CLAIM_VALIDATION_FAILED iss check_failed',
    )
    assert.deepEqual(server.news(), [OPENID, '/keys'])
  })
})
