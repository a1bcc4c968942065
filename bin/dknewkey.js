#!/usr/bin/env node
require('../dist/dknewkey.cjs');
