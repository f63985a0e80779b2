#!/bin/sh
# Postern, installed: /usr/bin/postern, or bin/postern of the archive. Called as sendmail, mailq or newaliases, by a link, it is what
# scripts expect of those.
#   POSTERN_JAVA_HOME  a JDK 25 or newer, where none is packed with it
#   POSTERN_JVM        options for the JVM in place of the defaults
#   --make-caches      writes what makes later starts quicker, beside the jars; the package has it already
set -eu
place=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
# shellcheck source=launch
. "$place/lib/launch"

jdk=$place/runtime
[ -x "$jdk/bin/java" ] || find_jdk
name=${0##*/}
case $name in sendmail|mailq|newaliases) start_small "$jdk" "$name" "$@" ;; esac
[ "${1:-}" != --make-caches ] || { make_caches; exit; }
# Small at rest: the heap grows with the work. By itself the JVM would begin with a sixty-fourth of the machine's memory.
options="$options -Xms32m"
start "$@"
