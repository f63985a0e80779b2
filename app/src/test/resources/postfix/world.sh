# A host of its own, to stand in for the one that a configuration of Postfix is from: its own network, which has only itself, with the
# addresses of all who come; its own names; its own /etc, /home, /srv, /tmp and /var, which are gone when it is. As root:
#   unshare --mount --net --uts --pid --fork --kill-child --mount-proc sh world.sh SITE PLACE
# SITE becomes /etc/postfix; PLACE is an empty directory for what changes. Says "up" when it stands.
set -eu
site=$1 place=$2

mount --make-rprivate /
mount -t tmpfs world "$place"
for tree in etc home srv var; do
  mkdir "$place/$tree" "$place/$tree.work"
  mount -t overlay overlay -o "lowerdir=/$tree,upperdir=$place/$tree,workdir=$place/$tree.work" "/$tree"
done

ip link set lo up
for address in 198.18.0.25 192.0.2.10 192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.20 192.0.2.77 198.51.100.4 198.51.100.7 198.51.100.9 203.0.113.7 203.0.113.8 \
  203.0.113.20 203.0.113.21 203.0.113.22 203.0.113.23 203.0.113.24 203.0.113.25 203.0.113.26; do
  ip address add "$address/32" dev lo
done
for address in 2001:db8::25 2001:db8:1::5; do ip address add "$address/128" dev lo nodad; done

rm -rf /var/spool/postfix /var/lib/postfix /etc/resolv.conf
mkdir -p /var/lib/postfix /var/spool/postfix /home/ann /home/bob /srv/vmail /etc/ssl/private
chown postfix: /var/lib/postfix
chown 5000:5000 /srv/vmail
cp "$site"/* /etc/postfix/
echo 'nameserver 127.0.0.1' > /etc/resolv.conf
printf '127.0.0.1 localhost\n::1 localhost\n' > /etc/hosts
printf 'ann:x:1000:1000:Ann:/home/ann:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\n' >> /etc/passwd
chown 1000:1000 /home/ann
chown 1001:1001 /home/bob
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mx.example.com -days 3 \
  -keyout /etc/ssl/private/mx.key -out /etc/ssl/certs/mx.pem 2> /dev/null

mkdir "$place/names"
cp "$site/../names.zone" "$place/names/"
cat > "$place/names/nsd.conf" <<END
server:
  ip-address: 127.0.0.1
  username: ""
  chroot: ""
  zonesdir: "$place/names"
  database: ""
  pidfile: "$place/names/pid"
  xfrdfile: "$place/names/xfrd"
  xfrdir: "$place/names"
  zonelistfile: "$place/names/zones"
  cookie-secret-file: "$place/names/cookies"
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: names.zone
END
nsd -c "$place/names/nsd.conf"
echo up
exec sleep infinity
