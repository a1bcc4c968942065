// Judges messages with go-msgauth (Debian: golang-github-emersion-go-msgauth-dev), one after the other.
//
// usage: batch-go-msgauth KEYS < LIST
// KEYS: lines of NAME RECORD; LIST: lines of PATH. Prints PATH RESULT for each.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

func readKeys(path string) map[string]string {
	keys := map[string]string{}
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, record, found := strings.Cut(lines.Text(), " "); found {
			keys[name] = record
		}
	}
	return keys
}

func judge(path string, options *dkim.VerifyOptions) string {
	file, err := os.Open(path)
	if err != nil {
		return "unreadable"
	}
	defer file.Close()
	verdicts, err := dkim.VerifyWithOptions(file, options)
	if err != nil || len(verdicts) == 0 {
		return "none"
	}
	for _, verdict := range verdicts {
		if verdict.Err == nil {
			return "pass"
		}
	}
	return "fail"
}

func main() {
	keys := readKeys(os.Args[1])
	options := &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if record, found := keys[name]; found {
			return []string{record}, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Fprintln(out, lines.Text(), judge(lines.Text(), options))
	}
}
