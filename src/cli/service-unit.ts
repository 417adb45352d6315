// The unit file with which systemd starts `gocker system service` at boot. systemd.service(5), systemd.kill(5)

import { dirname, join } from 'node:path'

/** For this program, where it lies, and for the root that it works on now. */
export function unitFile(env: NodeJS.ProcessEnv = process.env): string {
  const program = join(dirname(process.argv[1]!), 'gocker')
  const root = env.GOCKER_ROOT
  return `[Unit]
Description=Gocker: the containers that start with this machine
After=network-online.target local-fs.target firewalld.service nftables.service
Wants=network-online.target

[Service]
Type=exec
ExecStart=${program} system service${root ? `\nEnvironment=GOCKER_ROOT=${root}` : ''}
# only the service gets SIGTERM: it stops each container by its own signal and in its own time. Were it to be killed,
# the supervisors of the containers would go on, and so would the containers
KillMode=process
TimeoutStopSec=5min
Restart=on-failure

[Install]
WantedBy=multi-user.target`
}
