# Docker's engine in namespaces of its own, for one container:  unshare --mount --net --propagation private sh docker.sh
#     FOLDER    where everything of it goes
#     ROOTFS    what the image is made of
#     and then the words of `docker run`; IMAGE in them is the image
set -e
folder=$1 rootfs=$2
shift 2
ip link set lo up
mount -t tmpfs none /run
docker="docker -H unix://$folder/socket"
dockerd --data-root "$folder/data" --exec-root "$folder/exec" -p "$folder/pid" -H "unix://$folder/socket" \
  --bridge none --iptables=false --ip-masq=false > "$folder/log" 2>&1 &
engine=$!
trap 'kill $engine; wait $engine || true' EXIT
for _ in $(seq 300); do
  $docker version > /dev/null 2>&1 && break
  sleep 0.1
done
tar -C "$rootfs" -cf - . | $docker import - image > /dev/null
$docker run --rm --network none "$@"
