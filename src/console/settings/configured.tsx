/** Who manages a setting: the configuration file, where a person reads its place, or people here. */
import type { Actor } from '../../sync/parts.ts'
import type { Setter } from '../../sync/setting.ts'
import type { Door } from '../door.ts'
import { useHere } from '../here.ts'

export const setterOf = ({ context }: Door, actor: Actor): Setter => ({
  actor,
  configured: (path) => context.configured?.(path) ?? 'the configuration file',
})

/** @param place such as `config/rosterd.yaml:12`; @param path such as `products.vray`, below the organization */
export function OfTheFile({ what, path, place }: { what: string; path: string; place: string }) {
  const { organization } = useHere()
  return (
    <p class="beneath">
      {`The configuration file manages ${what}: `}
      <code>{`organizations.${organization?.key ?? ''}.${path}`}</code>
      {place === 'the configuration file' ? '.' : ` in ${place}.`}
    </p>
  )
}

export const placeOf = ({ context }: Door, organization: string, path: string): string =>
  context.configured?.(`organizations.${organization}.${path}`) ?? 'the configuration file'
