#!/usr/bin/env node
require('../dist/dktool.cjs');
