/**
 * A command line for any shell that prints the selectors of key files, a line each: of those in the working directory and in
 * /etc/domainkeys/DOMAIN. `sign` takes a selector from the name of a key file in the same way. Other names are left out: bash
 * would carry out what stands in them.
 */
export const PRINT_SELECTORS =
  `sh -c 'for where in ". -maxdepth 1" "/etc/domainkeys -maxdepth 2"; do ` +
  `find $where -type f -size -16 -exec grep -ls -e "-----BEGIN .*PRIVATE KEY" {} +; done 2>/dev/null | ` +
  `sed -e "s,.*/,," -e "s/[.]pem$//" -e "s/[.]key$//" -e "s/[.]private$//" | grep -x -e "[A-Za-z0-9._-]*" | sort -u'`;
