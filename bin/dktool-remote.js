#!/usr/bin/env node
try {
  require('../dist/dktool-remote.cjs');
} catch {
  process.exitCode = 111; // qmail-rspawn puts the mail off
}
