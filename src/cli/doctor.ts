import { Command } from 'commander'
export const command = () => new Command('doctor')
export const pullImage = async (..._a: unknown[]): Promise<never> => {
  throw new Error('no')
}
