import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { readXml, type XmlProblem } from './read-xml.ts';
import { xmlAttribute, xmlText } from './xml-text.ts';

/** All that a reader is told, one line each. */
function told(text: string): { lines: string[]; problem: XmlProblem | null } {
  const lines: string[] = [];
  const problem = readXml(text, {
    open: (name, attributes) => lines.push(`<${name} ${JSON.stringify(attributes)}`),
    close: (name) => lines.push(`>${name}`),
    text: (read) => lines.push(JSON.stringify(read())),
  });
  return { lines, problem };
}

describe('reading XML', () => {
  test('tells elements, attributes in both quotes, text and CDATA in their order', () => {
    const { lines, problem } = told(
      `<?xml version="1.0"?><!-- <no> --><a x="1 > 0" y='&lt;"&#x41;&#66;'><b/>t&amp;u<![CDATA[<raw> &amp;]]></a>`,
    );
    expect(problem).toBeNull();
    expect(lines).toEqual(['<a {"x":"1 > 0","y":"<\\"AB"}', '<b {}', '>b', '"t&u"', '"<raw> &amp;"', '>a']);
  });

  test('loads and multiplies nothing that a document type declares', () => {
    const bomb =
      `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;"><!ENTITY x SYSTEM "file:///etc/passwd">
      <!ELEMENT b (#PCDATA)> <!-- it's > -->]><b n="&x;">&a;&x;&lol;</b>`.replace("it's", 'its');
    const { lines, problem } = told(bomb);
    expect(problem).toBeNull();
    expect(lines).toEqual(['<b {"n":"&x;"}', '"&a;&x;&lol;"', '>b']);
  });

  test.each([
    ['', 'it is empty', 1],
    ['  \n ', 'it is empty', 1],
    ['no XML at all', 'it is no XML', 1],
    ['\u0000\u0001<\u0002>', 'it is no XML', 1],
    ['<a>\n<b x="1', 'it ends within <a>', 2],
    ['<a>\n<b>\ntext', 'it ends within <b>', 3],
    ['<a><![CDATA[ never', 'it ends within <a>', 1],
    ['<a><!-- never', 'it ends within <a>', 1],
    ['<!DOCTYPE a [ <!ENTITY', 'it ends within its beginning', 1],
    ['<a>\n</b>', '</b> ends <a>', 2],
    ['<a/></a>', '</a> ends nothing', 1],
    ['<a>'.repeat(201), 'more than 200 elements are within each other', 1],
  ])('says what is wrong with %j', (text, message, line) => {
    expect(told(text).problem).toEqual({ message, line });
  });

  test('never throws, whatever is cut off or spoilt', () => {
    const whole = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a b="c"><d e='f'/>g<![CDATA[h]]><!-- i --></a>`;
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string({ unit: 'binary', maxLength: 3 }), (at, noise) => {
        told(whole.slice(0, at) + noise);
        told(whole.slice(0, at) + noise + whole.slice(at));
      }),
    );
  });

  test('reads what another parser reads out of any text', () => {
    const sign = fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      'a',
      'ü',
      '\u{1F600}',
      '&amp;',
      '&#65;',
      ' b',
      '-->',
    );
    const text = fc.array(sign, { minLength: 1 }).map((parts) => `x${parts.join('')}x`);
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      trimValues: false,
      parseTagValue: false,
      parseAttributeValue: false,
    });
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const document = `<a b="${xmlAttribute(attribute)}">${xmlText(content)}</a>`;
        expect(told(document).lines).toEqual([
          `<a ${JSON.stringify({ b: attribute })}`,
          JSON.stringify(content),
          '>a',
        ]);
        expect(parser.parse(document)).toEqual({ a: { b: attribute, '#text': content } });
      }),
    );
  });
});
