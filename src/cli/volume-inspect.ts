// What `volume inspect` tells, in Docker's field names.

import type { Places } from '../container/places.ts'
import { dataOf, type Volume } from '../container/volumes.ts'
import { nilMap } from './nil.ts'

export function describeVolume(places: Places, { name, created, labels, isAnonymous }: Volume): object {
  return {
    CreatedAt: created,
    Driver: 'local',
    Labels: isAnonymous ? { 'com.docker.volume.anonymous': '', ...labels } : labels,
    Mountpoint: dataOf(places, name),
    Name: name,
    Options: nilMap,
    Scope: 'local',
  }
}
