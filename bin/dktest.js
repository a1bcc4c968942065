#!/usr/bin/env node
require('../dist/dktest.cjs');
