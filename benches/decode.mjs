// Reading claims without verification, against the peers in one process.
import assert from 'node:assert/strict'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { createDecoder } from 'fast-jwt'
import { decodeJwt as decodeJwtOfJose } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { jwtDecode } from 'jwt-decode'
import { decodeJwt } from '../pkg/dist/default/index.js'
import { interleave } from './support/interleave.mjs'
import { newIssuer } from './support/issuer.mjs'
import { printMachine, printTable } from './support/report.mjs'

const PEERS = {
  'jotgate decodeJwt': decodeJwt,
  jose: decodeJwtOfJose,
  'fast-jwt': createDecoder(),
  jsonwebtoken: (token) => jsonwebtoken.decode(token),
  'jwt-decode': (token) => jwtDecode(token),
  'aws-jwt-verify': (token) => decomposeUnverifiedJwt(token).payload,
}

const { tokens } = await newIssuer('ES256')
const cells = Object.entries(PEERS).map(([name, call]) => ({ name, tokens, call }))
for (const { call } of cells) {
  for (const [index, token] of tokens.entries()) {
    const { sub, name } = call(token)
    assert.deepEqual([sub, name], [`user-${index}`, 'Mara Sørensen'])
  }
}

printMachine(['jotgate', 'jose', 'fast-jwt', 'jsonwebtoken', 'jwt-decode', 'aws-jwt-verify'])
printTable(`decode, ${tokens[0].length} bytes`, await interleave(cells))
