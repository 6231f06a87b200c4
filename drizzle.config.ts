import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/store/schema.ts',
    './src/store/schema-mirror.ts',
    './src/store/schema-by-hand.ts',
    './src/store/schema-access.ts',
  ],
  out: './src/store/migrations',
})
