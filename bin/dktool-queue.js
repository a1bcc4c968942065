#!/usr/bin/env node
try {
  require('../dist/dktool-queue.cjs');
} catch {
  process.exitCode = 81; // qmail-queue: internal bug, try again later
}
