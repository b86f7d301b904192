"""The answers that the Mconf Live API prints, and ones in the form of BigBlueButton's reference."""

from __future__ import annotations

MCONF_CREATE = """<response>
  <returncode>SUCCESS</returncode>
  <meetingID>Demo Meeting</meetingID>
  <attendeePW>ap</attendeePW>
  <moderatorPW>mp</moderatorPW>
  <createTime>1411067830029</createTime>
  <voiceBridge>74518</voiceBridge> <!-- Added -->
  <dialNumber>613-555-1234</dialNumber> <!-- Added -->
  <createDate>Thu Sep 18 19:17:10 UTC 2014</createDate>
  <hasUserJoined>true</hasUserJoined>
  <duration>0</duration>
  <hasBeenForciblyEnded>false</hasBeenForciblyEnded>
  <messageKey/>
  <message/>
</response>"""

MCONF_MEETINGS = """<response>
  <returncode>SUCCESS</returncode>
  <meetings>
    <meeting>
      <meetingID>Demo Meeting</meetingID>
      <meetingName>Demo Meeting</meetingName>
      <createTime>1411067830029</createTime>
      <createDate>Thu Sep 18 19:17:10 UTC 2014</createDate>
      <voiceBridge>74518</voiceBridge> <!-- Added -->
      <dialNumber>613-555-1234</dialNumber> <!-- Added -->
      <attendeePW>ap</attendeePW>
      <moderatorPW>mp</moderatorPW>
      <hasBeenForciblyEnded>false</hasBeenForciblyEnded>
      <running>true</running>
      <participantCount>2</participantCount> <!-- Added -->
      <listenerCount>1</listenerCount> <!-- Added -->
      <voiceParticipantCount>1</voiceParticipantCount> <!-- Added -->
      <videoCount>1</videoCount> <!-- Added -->
      <duration>0</duration>
      <hasUserJoined>true</hasUserJoined>
    </meeting>
  </meetings>
</response>"""

MCONF_INFO = """<response>
  <returncode>SUCCESS</returncode>
  <meetingName>Demo Meeting</meetingName>
  <meetingID>Demo Meeting</meetingID>
  <internalMeetingID> <!-- Added -->
    183f0bf3a0982a127bdb8161e0c44eb696b3e75c-1411067830029
  </internalMeetingID>
  <createTime>1411067830029</createTime>
  <createDate>Thu Sep 18 19:17:10 UTC 2014</createDate>
  <voiceBridge>74518</voiceBridge>
  <dialNumber>613-555-1234</dialNumber>
  <attendeePW>ap</attendeePW>
  <moderatorPW>mp</moderatorPW>
  <running>true</running>
  <duration>0</duration>
  <hasUserJoined>true</hasUserJoined>
  <recording>false</recording>
  <hasBeenForciblyEnded>false</hasBeenForciblyEnded>
  <startTime>1411067830152</startTime>
  <endTime>0</endTime>
  <participantCount>2</participantCount>
  <listenerCount>1</listenerCount> <!-- Added -->
  <voiceParticipantCount>1</voiceParticipantCount> <!-- Added -->
  <maxUsers>20</maxUsers>
  <moderatorCount>1</moderatorCount>
  <attendees>
    <attendee>
      <userID>r4osda8xzlsg</userID>
      <fullName>stu</fullName>
      <role>VIEWER</role>
      <isPresenter>false</isPresenter> <!-- Added -->
      <isListeningOnly>false</isListeningOnly> <!-- Added -->
      <hasJoinedVoice>true</hasJoinedVoice> <!-- Added -->
      <videoStreams> <!-- Added -->
        <streamName>320x240-r4osda8xzlsg-1411067854724</streamName>
      </videoStreams>
      <customdata/>
    </attendee>
    <attendee>
      <userID>jgkgwilgigcf</userID>
      <fullName>mod</fullName>
      <role>MODERATOR</role>
      <isPresenter>true</isPresenter> <!-- Added -->
      <isListeningOnly>true</isListeningOnly> <!-- Added -->
      <hasJoinedVoice>false</hasJoinedVoice> <!-- Added -->
      <videoStreams/> <!-- Added -->
      <customdata/>
    </attendee>
  </attendees>
  <metadata/>
  <messageKey/>
  <message/>
</response>"""

MCONF_STATS = """<response>
  <returncode>SUCCESS</returncode>
  <stats>
    <meeting>
      <meetingID>test01</meetingID>
      <meetingName>Test</meetingName>
      <recordID>183f0bf3a0982a127bdb8161e0c44eb696b3e75c-1337964901471</recordID>
      <startTime>1401206434944</startTime>
      <endTime>1401206455564</endTime>
      <participants>
        <participant>
          <userID>josy6efffm6e</userID>
          <userName>John Doe</userName>
          <joinTime>1401206434944</joinTime>
          <leftTime>1401206455459</leftTime>
        </participant>
        <participant>
          <userID>9wvp7mz15zpa</userID>
          <userName>Dexter Morgan</userName>
          <joinTime>1401206434944</joinTime>
          <leftTime>1401206455459</leftTime>
        </participant>
      </participants>
    </meeting>
  </stats>
</response>"""

BBB_CREATE = """<response>
  <returncode>SUCCESS</returncode>
  <meetingID>lti-7</meetingID>
  <internalMeetingID>aa11-1700000000000</internalMeetingID>
  <parentMeetingID>bbb-none</parentMeetingID>
  <attendeePW>ap</attendeePW>
  <moderatorPW>mp</moderatorPW>
  <createTime>1700000000000</createTime>
  <voiceBridge>71234</voiceBridge>
  <dialNumber>555-0100</dialNumber>
  <createDate>Tue Nov 14 22:13:20 UTC 2023</createDate>
  <hasUserJoined>false</hasUserJoined>
  <duration>0</duration>
  <hasBeenForciblyEnded>false</hasBeenForciblyEnded>
  <messageKey>duplicateWarning</messageKey>
  <message>It was there before.</message>
</response>"""

BBB_MEETING = """
  <meetingName>Chemistry</meetingName>
  <meetingID>lti-7</meetingID>
  <internalMeetingID>aa11-1700000000000</internalMeetingID>
  <createTime>1700000000000</createTime>
  <createDate>Tue Nov 14 22:13:20 UTC 2023</createDate>
  <voiceBridge>71234</voiceBridge>
  <dialNumber>555-0100</dialNumber>
  <attendeePW>ap</attendeePW>
  <moderatorPW>mp</moderatorPW>
  <running>true</running>
  <duration>90</duration>
  <hasUserJoined>true</hasUserJoined>
  <recording>true</recording>
  <hasBeenForciblyEnded>false</hasBeenForciblyEnded>
  <startTime>1700000000111</startTime>
  <endTime>0</endTime>
  <participantCount>1</participantCount>
  <listenerCount>0</listenerCount>
  <voiceParticipantCount>1</voiceParticipantCount>
  <videoCount>1</videoCount>
  <maxUsers>0</maxUsers>
  <moderatorCount>1</moderatorCount>
  <attendees>
    <attendee>
      <userID>42</userID>
      <fullName>Ann</fullName>
      <role>MODERATOR</role>
      <isPresenter>true</isPresenter>
      <isListeningOnly>false</isListeningOnly>
      <hasJoinedVoice>true</hasJoinedVoice>
      <hasVideo>true</hasVideo>
      <clientType>HTML5</clientType>
      <customdata><x>1</x></customdata>
    </attendee>
  </attendees>
  <metadata>
    <bbb-origin>LTI Bridge</bbb-origin>
    <meets-id-course>12</meets-id-course>
  </metadata>
  <isBreakout>false</isBreakout>
  <breakoutRooms>
    <breakout>room-1</breakout>
    <breakout> room-2 </breakout>
    <breakout/>
  </breakoutRooms>
"""
BBB_INFO = f"<response><returncode>success</returncode>{BBB_MEETING}</response>"
BBB_MEETINGS = (
    "<response><returncode>SUCCESS</returncode>"
    f"<meetings><meeting>{BBB_MEETING}</meeting></meetings></response>"
)
BBB_BREAKOUT = """<response>
  <returncode>success</returncode>
  <meetingID>room-1</meetingID>
  <isBreakout>true</isBreakout>
  <breakout>
    <parentMeetingID>lti-7</parentMeetingID>
    <sequence>1</sequence>
    <freeJoin>false</freeJoin>
  </breakout>
</response>"""

BBB_RECORDINGS = """<response>
  <returncode>SUCCESS</returncode>
  <recordings>
    <recording>
      <recordID>aa11-1700000000000</recordID>
      <meetingID>lti-7</meetingID>
      <internalMeetingID>aa11-1700000000000</internalMeetingID>
      <name>Chemistry</name>
      <isBreakout>false</isBreakout>
      <published>true</published>
      <state>published</state>
      <startTime>1700000000000</startTime>
      <endTime>1700003600000</endTime>
      <participants>3</participants>
      <rawSize>2000</rawSize>
      <metadata>
        <isBreakout>false</isBreakout>
        <meetingName>Chemistry</meetingName>
        <meetingId>lti-7</meetingId>
      </metadata>
      <size>1000</size>
      <playback>
        <format>
          <type>podcast</type>
          <url>https://bbb.example/podcast/aa11-1700000000000/audio.ogg</url>
          <processingTime>0</processingTime>
          <length>60</length>
          <size>10</size>
        </format>
        <format>
          <type>presentation</type>
          <url>
            https://bbb.example/playback/aa11-1700000000000
          </url>
          <processingTime>7100</processingTime>
          <length>60</length>
          <size>990</size>
          <preview>
            <images>
              <image alt="Welcome" height="136" width="176">https://bbb.example/1.png</image>
              <image>https://bbb.example/2.png</image>
            </images>
          </preview>
        </format>
      </playback>
      <data/>
    </recording>
  </recordings>
  <totalElements>1</totalElements>
</response>"""
OLD_RECORDING = """<response>
  <returncode>SUCCESS</returncode>
  <recordings>
    <recording>
      <recordID>bb22-1300000000000</recordID>
      <meetingID>lti-8</meetingID>
      <name><![CDATA[Old & gold]]></name>
      <published>false</published>
      <startTime>Thu Mar 04 14:05:56 UTC 2010</startTime>
      <endTime>Thu Mar 04 15:01:01 UTC 2010</endTime>
      <metadata><Title><![CDATA[Test <3]]></Title></metadata>
      <playback><format><type>slides</type><url>http://x/1</url><length/></format></playback>
    </recording>
  </recordings>
</response>"""
NO_RECORDINGS = """<response>
  <returncode>SUCCESS</returncode>
  <recordings></recordings>
  <messageKey>noRecordings</messageKey>
  <message>There are none.</message>
</response>"""

BBB_TRACKS = """{
  "response": {
    "returncode": "SUCCESS",
    "tracks": [
      {"href": "https://bbb.example/t/1", "kind": "subtitles", "label": "English",
       "lang": "en-US", "source": "upload"},
      {"href": "https://bbb.example/t/2", "kind": "captions", "label": "برزیلی",
       "lang": "pt-BR", "source": "live"}
    ]
  }
}"""
XML = (
    MCONF_CREATE,
    MCONF_MEETINGS,
    MCONF_INFO,
    MCONF_STATS,
    BBB_CREATE,
    BBB_MEETINGS,
    BBB_INFO,
    BBB_BREAKOUT,
    BBB_RECORDINGS,
    OLD_RECORDING,
    NO_RECORDINGS,
)
