import { describe, expect, test } from 'vitest';
import { cvss3BaseScore } from './cvss3.ts';
import { cvss4BaseScore } from './cvss4.ts';
import { severityOf, severityOfScore, severityOfWord } from './osv.ts';

describe('CVSS 3.1', () => {
  // Examples of FIRST (first.org/cvss/v3.1/examples), as the tests of two public implementations quote them: cvss-rs and quay/claircore.
  test.each([
    ['CVE-2017-5942', 'AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
    ['CVE-2013-0375', 'AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
    ['CVE-2014-3566', 'AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
    ['CVE-2012-1516', 'AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9],
    ['CVE-2009-0783', 'AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2],
    ['CVE-2012-0384', 'AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', 7.2],
    ['CVE-2013-6014', 'AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H', 9.3],
    ['CVE-2014-0224', 'AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N', 7.4],
    ['CVE-2015-2890', 'AV:L/AC:L/PR:H/UI:N/S:U/C:N/I:H/A:H', 6],
    ['CVE-2016-5558', 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:L', 8.6],
    ['CVE-2018-3652', 'AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 7.6],
    ['CVE-2019-7551', 'AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H', 9],
    ['CVE-2015-1098', 'AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8],
    ['CVE-2014-0160', 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5],
    ['CVE-2014-6271', 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
    ['CVE-2008-1447', 'AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N', 6.8],
    ['CVE-2014-2005', 'AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 6.8],
    ['CVE-2010-0467', 'AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N', 5.8],
    ['CVE-2012-5376', 'AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H', 9.6],
    ['CVE-2016-1645', 'AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 8.8],
    ['CVE-2016-5729', 'AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H', 8.2],
    ['nothing lost', 'AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  ])('%s', (_name, vector, score) => {
    expect(cvss3BaseScore(`CVSS:3.1/${vector}`)).toBe(score);
  });

  test('metrics of time and place do not count, and a vector that lacks one has no score', () => {
    expect(cvss3BaseScore('CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O')).toBe(9.8);
    for (const bad of [
      '',
      'CVSS:2.0/AV:N',
      'CVSS:3.1/AV:N/AC:L',
      'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:Q/C:H/I:H/A:H',
    ])
      expect(cvss3BaseScore(bad)).toBeNull();
  });
});

describe('CVSS 4.0', () => {
  // All 104,976 base vectors were once held against the calculator of FIRST and Red Hat (RedHatProductSecurity/cvss-v4-calculator).
  test.each([
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N', 8.7],
    ['AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 8.5],
    ['AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7],
    ['AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N', 6.9],
    ['AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.3],
    ['AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.1],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
  ])('%s', (vector, score) => {
    expect(cvss4BaseScore(`CVSS:4.0/${vector}`)).toBe(score);
  });

  test('a vector that lacks a metric has no score', () => {
    expect(cvss4BaseScore('CVSS:4.0/AV:N/AC:L')).toBeNull();
    expect(cvss4BaseScore('CVSS:3.1/AV:N')).toBeNull();
  });
});

describe('how bad an advisory is', () => {
  test('is said by its score, then by the word of its database, and is high where nobody says', () => {
    const score = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N' }];
    expect(severityOf({ id: 'A', severity: score, database_specific: { severity: 'CRITICAL' } }, {})).toBe(
      'low',
    );
    expect(severityOf({ id: 'A', database_specific: { severity: 'MODERATE' } }, {})).toBe('moderate');
    expect(severityOf({ id: 'A', severity: [{ score: 'nonsense' }] }, {})).toBe('high');
    expect(severityOf({ id: 'A' }, { severity: score })).toBe('low');
  });

  test('has the bounds of the standard', () => {
    expect([0.1, 3.9, 4, 6.9, 7, 8.9, 9, 10].map(severityOfScore)).toEqual([
      'low',
      'low',
      'moderate',
      'moderate',
      'high',
      'high',
      'critical',
      'critical',
    ]);
    expect(severityOfWord('medium')).toBe('moderate');
    expect(severityOfWord(7)).toBeNull();
  });
});
