/** For `node --require`: says at the end, on stderr, how many KiB of memory a program had at most. */
process.on('exit', () => {
  process._rawDebug(`maxRSS=${process.resourceUsage().maxRSS}`);
});
