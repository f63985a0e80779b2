# Within a world: starts the Postfix that its /etc/postfix is for. What it has no host for is left out: chroots, and tables of LDAP.
set -eu
cd /etc/postfix
postconf -F '*/*/chroot=n'
cat >> master.cf <<'END'
postlog unix-dgram n - n - 1 postlogd
# Has nothing against anybody.
127.0.0.1:10023 inet n n n - 0 spawn user=nobody argv=/bin/sh /etc/postfix/policy
END
echo 'while read -r line; do [ -n "$line" ] || printf "action=DUNNO\n\n"; done' > policy
printf 'maillog_file = /var/log/postfix.log\n' >> main.cf
sed -i 's/, ldap:[^ ]*//' main.cf
for table in sasl_passwd by_sender; do [ -f $table ] || touch $table; postmap hash:/etc/postfix/$table; done
[ ! -f aliases ] || postalias hash:/etc/postfix/aliases
postfix start > /dev/null 2>&1 || { cat /var/log/postfix.log; exit 1; }
postconf -h mail_version
