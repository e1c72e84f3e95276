import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { importX } from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

/** Allows relative imports and the named packages, and nothing else. */
const onlyPackages = (...names) => [
  'error',
  {
    patterns: [
      {
        regex: `^(?!\\.{1,2}/)(?!(?:${names.join('|') || '-'})$)`,
        message: 'This layer stays pure: put it behind a port.',
      },
    ],
  },
];

const everywhere = [
  { selector: "NewExpression[callee.name='Error']", message: 'Throw a named error class.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];

const pureCode = [
  { selector: 'ClassDeclaration', message: 'Pure code is data and functions.' },
  { selector: 'AwaitExpression', message: 'Pure code is synchronous.' },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take `now` from the command.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.forewarn/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  importX.flatConfigs.recommended,
  importX.flatConfigs.typescript,
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/max-params': ['error', { max: 6 }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // the options of Nest are classes and take objects
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/strict-boolean-expressions': ['error', { allowNullableBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      'import-x/namespace': 'off', // tsc already checks it
      'import-x/no-default-export': 'error',
      'import-x/no-unresolved': 'off', // tsc already checks it
      'import-x/order': [
        'error',
        {
          alphabetize: { order: 'asc', caseInsensitive: true },
          groups: ['builtin', 'external', ['parent', 'sibling']],
          'newlines-between': 'always',
        },
      ],
      complexity: ['error', { max: 10, variant: 'modified' }],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...everywhere],
    },
  },
  {
    files: ['src/domain/**/*.ts', 'src/projections/**/*.projection.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-imports': onlyPackages(),
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now' },
        { object: 'Math', property: 'random' },
      ],
      'no-restricted-syntax': ['error', ...everywhere, ...pureCode],
    },
  },
  {
    files: ['src/application/**/*.ts'],
    rules: {
      'no-restricted-imports': onlyPackages(
        '@nestjs/common',
        '@nestjs/cqrs',
        'rxjs',
        'node:crypto',
      ),
    },
  },
  {
    files: ['test/**/*.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      '@typescript-eslint/explicit-function-return-type': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any() is typed any
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'given.**', '**.expect', 'mailsArrive'] },
      ],
      'jest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['itAsRoot'] }],
      'max-lines-per-function': 'off',
      'no-restricted-globals': ['error', { name: 'setTimeout', message: 'Wait for a signal.' }],
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        console: 'readonly',
        globalThis: 'readonly',
        module: 'writable',
        process: 'readonly',
        URL: 'readonly',
      },
    },
    rules: { 'import-x/no-default-export': 'off', 'import-x/no-named-as-default-member': 'off' },
  },
  prettier,
);
