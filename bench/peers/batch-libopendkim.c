/*
 * Judges messages with libopendkim (Debian: libopendkim-dev), one after the other through one library handle.
 *
 * usage: batch-libopendkim KEYS < LIST
 * KEYS: lines of NAME RECORD; LIST: lines of PATH. Prints PATH RESULT for each.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <stdbool.h>
#include <opendkim/dkim.h>

static char buffer[16 * 1024 * 1024];

static void fail(const char *what) {
  perror(what);
  exit(111);
}

static void read_keys(const char *path) {
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t room = 0;
  if (file == NULL || hcreate(4096) == 0) fail(path);
  while (getline(&line, &room, file) > 0) {
    char *space = strchr(line, ' ');
    if (space == NULL) continue;
    *space = 0;
    space[1 + strcspn(space + 1, "\n")] = 0;
    ENTRY entry = {strdup(line), strdup(space + 1)};
    hsearch(entry, ENTER);
  }
  fclose(file);
}

static DKIM_CBSTAT find_key(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *into, size_t room) {
  char name[512];
  (void)dkim;
  snprintf(name, sizeof name, "%s._domainkey.%s", dkim_sig_getselector(sig), dkim_sig_getdomain(sig));
  ENTRY *found = hsearch((ENTRY){name, NULL}, FIND);
  if (found == NULL) return DKIM_CBSTAT_NOTFOUND;
  snprintf((char *)into, room, "%s", (char *)found->data);
  return DKIM_CBSTAT_CONTINUE;
}

static const char *judge(DKIM_LIB *lib, const char *path) {
  int fd = open(path, O_RDONLY);
  ssize_t length = 0;
  if (fd == -1) return "unreadable";
  for (ssize_t got; (got = read(fd, buffer + length, sizeof buffer - length)) > 0;) length += got;
  close(fd);
  DKIM_STAT status;
  DKIM *dkim = dkim_verify(lib, (unsigned char *)path, NULL, &status);
  if (dkim == NULL) return "error";
  status = dkim_chunk(dkim, (unsigned char *)buffer, length);
  if (status == DKIM_STAT_OK) status = dkim_chunk(dkim, NULL, 0);
  if (status == DKIM_STAT_OK) status = dkim_eom(dkim, NULL);
  dkim_free(dkim);
  if (status == DKIM_STAT_OK) return "pass";
  return status == DKIM_STAT_NOSIG ? "none" : "fail";
}

int main(int argc, char **argv) {
  if (argc != 2) return 100;
  read_keys(argv[1]);
  DKIM_LIB *lib = dkim_init(NULL, NULL);
  u_int flags = DKIM_LIBFLAGS_FIXCRLF;
  if (lib == NULL) fail("dkim_init");
  dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
  dkim_set_key_lookup(lib, find_key);
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, stdin) > 0) {
    line[strcspn(line, "\n")] = 0;
    printf("%s %s\n", line, judge(lib, line));
  }
  dkim_close(lib);
  return 0;
}
